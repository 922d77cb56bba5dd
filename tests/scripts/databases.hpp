#pragma once

#include <filesystem>
#include <string>

namespace keel::scripts {

/// The databases of one run of one script: empty at first, and gone afterwards.
class Databases {
  public:
    /// `engine` is "sqlite" (files in `directory`) or "postgres" (on the private server of
    /// KEEL_TEST_POSTGRES, named after `name`).
    Databases(std::string engine, std::string name, std::filesystem::path directory);
    ~Databases();
    Databases(const Databases&) = delete;
    Databases& operator=(const Databases&) = delete;

    /// 1 and 2 exist (PostgreSQL) or may be made (SQLite); 3 does not exist.
    std::string url(int number) const;
    /// Runs SQL with the engine's own shell; gives its output, or throws Error with its complaint.
    std::string run_sql(int number, const std::string& sql) const;

  private:
    std::string name(int number) const;
    std::string run_psql(const std::string& database, const std::string& sql) const;
    void drop_all() const;

    std::string engine_;
    std::string name_;
    std::filesystem::path directory_;
};

}  // namespace keel::scripts
