#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/url_text.hpp"

namespace keel {

/// The parts of a PostgreSQL address, as a URI or as libpq's keyword string: whichever it was
/// written as is what it is rendered as, so that libpq reads nothing but what the user wrote.
class PostgresAddress {
  public:
    /// `text` begins with "postgresql://" (any accepted scheme has been replaced by it), or is a
    /// keyword string. Throws ErrorKind::config without quoting what could be a password.
    static PostgresAddress parse(std::string_view text);

    std::string render() const { return render(false); }
    std::string render_redacted() const { return render(true); }

    std::string database() const;
    std::string password() const;
    bool is_local() const;
    void set_database(std::string_view name);

  private:
    static PostgresAddress parse_uri(std::string_view rest);
    static PostgresAddress parse_keywords(std::string_view text);
    void take_user(std::string_view user_info);
    void take_hosts(std::string_view hosts);
    void check_parameters(bool quotable);
    void set_parameter(std::string_view name, std::string value);
    const std::string* parameter(std::string_view name) const noexcept;
    std::vector<std::string> hosts() const;
    std::string render(bool redact) const;
    std::string render_uri(bool redact) const;

    bool is_uri_ = false;
    bool has_user_info_ = false;
    std::string user_;                         ///< of the user information in a URI
    std::optional<std::string> uri_password_;  ///< likewise
    std::string uri_hosts_;                    ///< as written: still encoded, ports included
    std::string uri_database_;
    url_text::Parameters parameters_;
};

}  // namespace keel
