#include <fstream>
#include <set>

#include "base/environment_variables.hpp"
#include "lint_world.hpp"
#include "ops/lint/formats.hpp"

namespace keel::lint {
namespace {

std::filesystem::path folder() {
    return std::filesystem::path(KEEL_SOURCE_DIR) / "docs/reference/lint";
}

bool updates_pages() {
    return process_environment()("KEEL_UPDATE_DOCS").value_or("") == "1";
}

std::string page_text(const std::filesystem::path& path) {
    return std::filesystem::exists(path) ? read_file(path) : std::string();
}

}  // namespace

TEST_CASE("every rule has its page, which says what the program says") {
    std::set<std::string> pages;
    for (const Rule& rule : all_rules()) {
        const auto path = folder() / (std::string(rule.id) + ".md");
        pages.insert(path.filename().native());
        if (updates_pages()) std::ofstream(path) << rule_page(rule);
        CAPTURE(path.filename().native());
        CHECK(page_text(path) == rule_page(rule));
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        const auto name = entry.path().filename().native();
        CAPTURE(name);
        const bool is_page = pages.contains(name) || name == "README.md" || name.ends_with(".sql");
        CHECK(is_page);
    }
}

TEST_CASE("the list of rules is the program's own") {
    constexpr std::string_view mark = "<!-- made from the program's own rules -->\n";
    const auto path = folder() / "README.md";
    const auto text = page_text(path);
    const auto at = text.find(mark);
    REQUIRE(at != std::string::npos);
    const auto wanted = text.substr(0, at + mark.size()) + rule_index();
    if (updates_pages()) std::ofstream(path) << wanted;

    CHECK(page_text(path) == wanted);
}

}  // namespace keel::lint
