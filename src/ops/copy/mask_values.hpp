#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/keyed_hash.hpp"
#include "model/masking.hpp"

namespace keel {

/// The largest whole number that a column holds, where it is one of whole numbers.
using NumberLimit = std::optional<std::int64_t>;

/// Values in place of real ones, by a key: the same value gives the same one in every table and
/// run, different values give different ones, and none leads back without the key. Thread-safe.
class ValueMasker {
  public:
    explicit ValueMasker(const Key& key);

    /// "q3vk2m7xw4tzb@example.com": as long as it was, or 25 characters.
    std::string email(std::string_view value) const;
    /// Letters become other letters of their kind (vowels, consonants, capitals), digits other
    /// digits; everything else stays, and so does the length. Every value of one pattern becomes
    /// another of that pattern, and no two the same.
    std::string text(std::string_view value) const;
    /// The same of digits alone; a first digit that is not 0 stays so.
    std::string digits(std::string_view value, NumberLimit limit = {}) const;
    /// 32 hexadecimal digits; of a UUID's form where the value is one.
    std::string hash(std::string_view value) const;

    /// What a rule without paths and SQL makes of a value; nothing: null.
    std::optional<std::string> apply(const MaskRule& rule, std::string_view value,
                                     NumberLimit limit = {}) const;

  private:
    KeyedHash text_;
    KeyedHash digits_;
    KeyedHash email_;
    KeyedHash hash_;
};

}  // namespace keel
