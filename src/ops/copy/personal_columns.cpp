#include "ops/copy/personal_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {
namespace {

constexpr int rows_sampled = 200;
constexpr std::size_t fewest_looks = 3;

/// Words in names of columns, and what masks such a column. Two words stand in a row.
constexpr std::array words{
    std::pair{"email", "email"},
    std::pair{"mail", "email"},
    std::pair{"phone", "phone"},
    std::pair{"telephone", "phone"},
    std::pair{"mobile", "phone"},
    std::pair{"fax", "phone"},
    std::pair{"firstname", "name"},
    std::pair{"lastname", "name"},
    std::pair{"first name", "name"},
    std::pair{"last name", "name"},
    std::pair{"middle name", "name"},
    std::pair{"maiden name", "name"},
    std::pair{"full name", "name"},
    std::pair{"fullname", "name"},
    std::pair{"display name", "name"},
    std::pair{"real name", "name"},
    std::pair{"surname", "name"},
    std::pair{"given name", "name"},
    std::pair{"family name", "name"},
    std::pair{"username", "text"},
    std::pair{"user name", "text"},
    std::pair{"nickname", "text"},
    std::pair{"address", "address"},
    std::pair{"street", "address"},
    std::pair{"postcode", "text"},
    std::pair{"zip", "text"},
    std::pair{"zipcode", "text"},
    std::pair{"postal code", "text"},
    std::pair{"birthday", "null"},
    std::pair{"birthdate", "null"},
    std::pair{"date of birth", "null"},
    std::pair{"birth date", "null"},
    std::pair{"dob", "null"},
    std::pair{"born", "null"},
    std::pair{"ssn", "digits"},
    std::pair{"social security", "digits"},
    std::pair{"passport", "text"},
    std::pair{"national id", "text"},
    std::pair{"tax id", "text"},
    std::pair{"vat id", "text"},
    std::pair{"iban", "text"},
    std::pair{"bic", "text"},
    std::pair{"account number", "digits"},
    std::pair{"card number", "digits"},
    std::pair{"credit card", "digits"},
    std::pair{"cvv", "digits"},
    std::pair{"ip", "text"},
    std::pair{"ip address", "text"},
    std::pair{"user agent", "text"},
    std::pair{"latitude", "null"},
    std::pair{"longitude", "null"},
    std::pair{"gender", "null"},
    std::pair{"religion", "null"},
    std::pair{"ethnicity", "null"},
    std::pair{"salary", "null"},
    std::pair{"diagnosis", "null"},
    std::pair{"password", "hash"},
    std::pair{"passwd", "hash"},
    std::pair{"password hash", "hash"},
    std::pair{"secret", "hash"},
    std::pair{"token", "hash"},
    std::pair{"api key", "hash"},
};

/// "shippingAddress2" and "SHIPPING_ADDRESS" alike: " shipping address ".
std::string words_of(std::string_view name) {
    std::string text = " ";
    for (std::size_t at = 0; at < name.size(); ++at) {
        const char c = name[at];
        const bool is_upper = c >= 'A' && c <= 'Z';
        const bool is_lower = c >= 'a' && c <= 'z';
        const bool follows_lower = at > 0 && name[at - 1] >= 'a' && name[at - 1] <= 'z';
        if ((!is_upper && !is_lower) || (is_upper && follows_lower))
            if (text.back() != ' ') text += ' ';
        if (is_upper || is_lower) text += to_lower(std::string_view(&c, 1));
    }
    return text + ' ';
}

bool holds_text(const Column& column) {
    const auto type = to_lower(column.type);
    const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
    return has("char") || has("text") || has("clob") || type.empty() || has("string");
}

/// Card numbers and the like: the last digit is a check on the others.
bool passes_luhn(std::string_view digits) {
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        int digit = digits[digits.size() - 1 - i] - '0';
        if (i % 2 == 1) digit *= 2;
        if (digit > 9) digit -= 9;
        sum += digit;
    }
    return sum % 10 == 0;
}

bool is_email(std::string_view value) {
    const auto at = value.find('@');
    if (at == std::string_view::npos || at == 0 || value.find(' ') != std::string_view::npos)
        return false;
    const auto dot = value.rfind('.');
    return dot != std::string_view::npos && dot > at + 1 && dot + 2 < value.size() + 0 &&
           value.find('@', at + 1) == std::string_view::npos;
}

}  // namespace

std::string personal_by_name(std::string_view column) {
    const auto text = words_of(column);
    std::string found;
    for (const auto& [word, masker] : words)
        if (text.find(fmt::format(" {} ", word)) != std::string::npos) found = masker;
    // "token_count" and "email_sent_at" tell of no one.
    for (const std::string_view tail : {" count ", " id ", " at ", " enabled ", " verified "})
        if (text.ends_with(tail) && text.find(" national ") == std::string::npos &&
            text.find(" tax ") == std::string::npos)
            return "";
    return found;
}

std::string personal_look(std::string_view value) {
    value = trim(value);
    if (is_email(value)) return "email";
    std::string digits;
    bool is_number = !value.empty();
    for (const char c : value) {
        if (c >= '0' && c <= '9')
            digits += c;
        else if (std::string_view(" +-()./").find(c) == std::string_view::npos)
            is_number = false;
    }
    if (!is_number) return "";
    if (digits.size() >= 13 && digits.size() <= 19 && passes_luhn(digits)) return "digits";
    const bool is_phone =
        (value.front() == '+' || value.front() == '(') && digits.size() >= 8 && digits.size() <= 15;
    return is_phone ? "phone" : "";
}

std::vector<PersonalColumn> find_personal_columns(Connection& connection, const Dialect& dialect,
                                                  const Catalog& catalog, const Context& context) {
    std::vector<PersonalColumn> found;
    for (const auto& table : catalog.tables) {
        if (table.kind == TableKind::foreign || table.kind == TableKind::partition) continue;
        context.check_cancelled("looking for personal data");
        std::vector<const Column*> sampled;
        for (const auto& column : table.columns) {
            if (column.generated == "stored" || column.generated == "virtual") continue;
            if (auto masker = personal_by_name(column.name); !masker.empty())
                found.push_back({&table, &column, "its name", std::move(masker)});
            else if (holds_text(column))
                sampled.push_back(&column);
        }
        if (sampled.empty() || table.kind == TableKind::virtual_table) continue;
        std::vector<std::string> names;
        for (const auto* column : sampled) names.push_back(dialect.quote(column->name));
        std::vector<std::vector<std::string>> looks(sampled.size());
        std::vector<std::size_t> values(sampled.size());
        connection.query(fmt::format("select {} from {} limit {}", join(names, ", "),
                                     dialect.quote(table.schema, table.name), rows_sampled),
                         {}, [&](const Row& row) {
                             for (std::size_t i = 0; i < sampled.size(); ++i) {
                                 if (row.is_null(i)) continue;
                                 ++values[i];
                                 if (auto look = personal_look(row.text(i)); !look.empty())
                                     looks[i].push_back(std::move(look));
                             }
                         });
        for (std::size_t i = 0; i < sampled.size(); ++i) {
            const bool is_much = looks[i].size() >= std::min(fewest_looks, values[i]) &&
                                 looks[i].size() * 2 >= values[i];
            if (looks[i].empty() || !is_much) continue;
            found.push_back({&table, sampled[i],
                             fmt::format("values that look like it ({})", looks[i].front()),
                             looks[i].front()});
        }
    }
    return found;
}

}  // namespace keel
