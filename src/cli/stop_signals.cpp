#include "cli/stop_signals.hpp"

#include <pthread.h>
#include <unistd.h>

namespace keel {

namespace {

constexpr int exit_interrupted = 130;

sigset_t stop_signals() noexcept {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    return signals;
}

}  // namespace

StopSignals::StopSignals() {
    const sigset_t signals = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    watcher_ = std::thread([this, signals] { watch(signals); });
}

StopSignals::~StopSignals() {
    done_ = true;
    ::pthread_kill(watcher_.native_handle(), SIGTERM);  // wakes it up; it looks at done_ first
    watcher_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::watch(const sigset_t& signals) {
    int signal = 0;
    while (::sigwait(&signals, &signal) == 0 && !done_) {
        if (!source_.request_stop()) ::_exit(exit_interrupted);
    }
}

}  // namespace keel
