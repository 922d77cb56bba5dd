#include "cli/redact.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace keel;

TEST_CASE("passwords in URLs are hidden, whatever characters they hold") {
    CHECK(redact("postgres://me:hunter2@host/db") == "postgres://me:***@host/db");
    CHECK(redact("postgres://me:h/u@n?t@host/db") == "postgres://me:***@host/db");
    CHECK(redact("--database=postgres://me:x@h/d") == "--database=postgres://me:***@h/d");
    CHECK(redact("s3://key:secret@bucket/prefix") == "s3://key:***@bucket/prefix");
}

TEST_CASE("parameters named like a secret are hidden") {
    CHECK(redact("postgres:///d?password=a&sslmode=require") ==
          "postgres:///d?password=***&sslmode=require");
    CHECK(redact("host=h password='a b' user=u") == "host=h password=***' user=u");
    CHECK(redact("postgres://h/d?sslpassword=x") == "postgres://h/d?sslpassword=***");
    CHECK(redact("API_TOKEN=abc") == "API_TOKEN=***");
}

TEST_CASE("what holds no secret is left as it is") {
    for (const char* text : {"migrate", "postgres://me@host/db", "sqlite:data/dev.db", "a@b:c",
                             "postgres://host:5432/db", "--confirm=prod", ""}) {
        CHECK(redact(text) == text);
    }
}

TEST_CASE("a host's port is not a password when an address appears in a parameter") {
    CHECK(redact("postgres://host/db?user=a@b") == "postgres://host/db?user=a@b");
}

TEST_CASE("the command line is redacted and can be typed again") {
    const std::vector<std::string> arguments = {"backup",    "create",     "--label",
                                                "it's mine", "--database", "postgres://u:p@h/d"};

    CHECK(redacted_command_line(arguments) ==
          "keel backup create --label 'it'\\''s mine' --database 'postgres://u:***@h/d'");
}

TEST_CASE("secrets are overwritten in place") {
    std::string url = "postgres://u:secret@h/d";
    std::string plain = "status";
    char* arguments[] = {url.data(), plain.data()};

    conceal_arguments(arguments);

    CHECK(url == "postgres://u:******@h/d");
    CHECK(plain == "status");
}
