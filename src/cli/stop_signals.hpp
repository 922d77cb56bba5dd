#pragma once

#include <signal.h>

#include <atomic>
#include <stop_token>
#include <thread>

namespace keel {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request for as long as it lives; a second one ends
/// the process at once with 130. The signals are blocked in the calling thread and in every thread
/// it starts, and waited for in a thread of its own: no system call of the work is interrupted, and
/// no code runs inside a signal handler. Children get an empty mask from `run_process`.
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    std::stop_token token() const noexcept { return source_.get_token(); }

  private:
    void watch(const sigset_t& signals);

    std::stop_source source_;
    sigset_t before_{};
    std::atomic<bool> done_ = false;
    std::thread watcher_;
};

}  // namespace keel
