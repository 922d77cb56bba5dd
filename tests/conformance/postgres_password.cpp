#include "postgres_password.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "postgres_support.hpp"

namespace keel::conformance {

PasswordRole::PasswordRole(std::string password) : password_(std::move(password)) {
    maintenance_ = connect_postgres(postgres_url("postgres"));
    file_ = maintenance_->query_text("show hba_file").value_or("");
    original_ = read_file(file_);
    maintenance_->execute(
        fmt::format("create role {} login createdb password '{}'", name(), password_));
    write(fmt::format("local all {} scram-sha-256\n{}", name(), original_));
}

PasswordRole::~PasswordRole() {
    write(original_);
    maintenance_->execute(fmt::format("drop role {}", name()));
}

std::string PasswordRole::url(const std::string& password, const std::string& database) const {
    return fmt::format("postgresql://{}:{}@/{}?host={}/socket", name(), password, database,
                       postgres_directory());
}

// Written in place: the file must keep its owner, as which the server reads it.
void PasswordRole::write(const std::string& text) {
    const FileDescriptor file(::open(file_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    REQUIRE(::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    maintenance_->query_text("select pg_reload_conf()");
    maintenance_->query_text("select pg_sleep(0.2)");  // until the postmaster has read it
}

}  // namespace keel::conformance
