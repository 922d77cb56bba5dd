#include "engines/postgres/cancel.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace keel::postgres {
namespace {

constexpr std::chrono::seconds patience{1};

struct Request {
    std::mutex mutex;
    std::condition_variable done_changed;
    bool done = false;
};

void send(PGcancel* handle) {
    std::array<char, 256> reason{};  // nobody to tell: the statement goes on, or has ended
    libpq().cancel(handle, reason.data(), static_cast<int>(reason.size()));
}

}  // namespace

Canceller::Canceller(PGconn& connection)
    : handle_(libpq().get_cancel(&connection), CancelFreer()) {}

void Canceller::run() const noexcept {
    if (handle_ == nullptr) return;
    try {
        const auto request = std::make_shared<Request>();
        std::thread([handle = handle_, request] {
            send(handle.get());
            const std::scoped_lock lock(request->mutex);
            request->done = true;
            request->done_changed.notify_all();
        }).detach();  // it holds what it needs, and ends when the server or the network does
        std::unique_lock lock(request->mutex);
        request->done_changed.wait_for(lock, patience, [&] { return request->done; });
    } catch (const std::exception&) {
        send(handle_.get());  // no thread to be had: then without a bound
    }
}

}  // namespace keel::postgres
