#pragma once

#include <atomic>
#include <type_traits>

namespace keel::postgres::inside {

/// A shared library that libpq needs for some connections only: it is opened when the first of its
/// functions is called. From any thread.
class LateLibrary {
  public:
    constexpr explicit LateLibrary(const char* file) noexcept : file_(file) {}

    /// Null when the machine has no such library, or the library no such symbol.
    [[nodiscard]] void* find(const char* symbol) noexcept;
    [[nodiscard]] bool missing() noexcept { return open() == nullptr; }

  private:
    [[nodiscard]] void* open() noexcept;

    const char* file_;
    std::atomic<void*> handle_ = nullptr;  // never closed: what it gave out is in use
};

/// Calls what the library has under the name that the caller stands for. Without the library it
/// answers 0, or nothing, which libpq takes for a failure.
template <auto Declared, typename... Arguments>
auto call_late(LateLibrary& library, const char* symbol, Arguments... arguments) noexcept
    -> std::invoke_result_t<decltype(Declared), Arguments...> {
    static const auto function = reinterpret_cast<decltype(Declared)>(library.find(symbol));
    if (function == nullptr) return std::invoke_result_t<decltype(Declared), Arguments...>();
    return function(arguments...);
}

}  // namespace keel::postgres::inside
