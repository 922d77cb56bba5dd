#include "ops/lint/rule.hpp"

namespace keel::lint {

bool Subject::is_in_use() const noexcept {
    return table == nullptr ? !was_made_here(action->object) : table->made_in != file.number;
}

bool Subject::was_made_here(const SqlName& name) const noexcept {
    const TableState* found = before.table(name);
    return found != nullptr && found->made_in == file.number;
}

std::span<const JudgedStatement> Subject::statements() const noexcept {
    return is_down ? std::span(file.down) : std::span(file.up);
}

}  // namespace keel::lint
