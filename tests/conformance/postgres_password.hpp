#pragma once

#include <memory>
#include <string>

#include "db/connection.hpp"

namespace keel::conformance {

/// A role that must give a password: the private server trusts everybody, so its pg_hba.conf gets
/// a line for this role, which goes with the object.
class PasswordRole {
  public:
    explicit PasswordRole(std::string password);
    ~PasswordRole();
    PasswordRole(const PasswordRole&) = delete;
    PasswordRole& operator=(const PasswordRole&) = delete;

    static std::string name() { return "t_password"; }
    std::string url(const std::string& password, const std::string& database = "postgres") const;

  private:
    void write(const std::string& text);

    std::string password_;
    std::string file_;
    std::string original_;
    std::unique_ptr<Connection> maintenance_;
};

}  // namespace keel::conformance
