#include "db/file_exchange.hpp"

namespace keel {

std::string_view to_string(FileForm form) noexcept {
    switch (form) {
        case FileForm::sqlite:
            return "sqlite";
        case FileForm::custom:
            return "custom";
        case FileForm::directory:
            return "directory";
        case FileForm::sql:
            return "sql";
    }
    return {};
}

}  // namespace keel
