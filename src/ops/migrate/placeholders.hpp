#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/migration.hpp"

namespace keel {

/// Names in migrations that values stand for.
struct Placeholders {
    std::map<std::string, std::string> values;
    std::string form = "${name}";  ///< how they stand in the text: "name" in it is the name

    /// Whether the form can be told from text: something before and after "name".
    bool is_form_valid() const;
};

/// Replaces them in every section. Only names that are declared, but for files whose layout wants
/// all of them (Flyway's): there a name without a value makes the migration one that cannot be run,
/// with its place. So does a template of another program that nobody has filled ("{{ .Schema }}").
void fill_placeholders(std::vector<Migration>& migrations, const Placeholders& placeholders);

/// Where the text holds "{{ …}}" with a name in it, outside of strings and comments; npos if not.
std::size_t find_template(std::string_view text) noexcept;

}  // namespace keel
