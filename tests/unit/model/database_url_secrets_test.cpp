#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "model/database_url.hpp"

namespace {

/// Small and the same everywhere, so that a failure can be repeated from its number.
class Choices {
  public:
    explicit Choices(std::uint32_t seed) : state_(seed * 2654435761u + 1) {}
    std::size_t below(std::size_t bound) {
        state_ = state_ * 1664525u + 1013904223u;
        return (state_ >> 8) % bound;
    }

  private:
    std::uint32_t state_;
};

constexpr std::string_view canary = "cAnArY";

/// A password with the canary on both sides of characters that mean something in an address.
std::string make_password(Choices& choices) {
    static constexpr std::string_view odd = ":/?#[]@%&=' \\+,;\t\"$~";
    std::string password(canary);
    for (std::size_t left = choices.below(4); left > 0; --left) {
        password += odd[choices.below(odd.size())];
        if (choices.below(2) == 0) password += canary;
    }
    return password;
}

constexpr auto shapes = std::to_array<std::string_view>({
    "postgresql://app:SECRET@db.example/shop",
    "postgres://app:SECRET@db.example:5432/shop?sslmode=require",
    "pg://:SECRET@/shop?host=/run/pg",
    "postgresql+asyncpg://app:SECRET@a:1,b:2/shop",
    "postgresql://app@h/shop?password=SECRET",
    "postgresql://app@h/shop?sslpassword=SECRET&sslmode=require",
    "postgresql://app@h/shop?oauth_client_secret=SECRET",
    "host=h user=app password=SECRET dbname=shop",
    "host=h password='SECRET' dbname=shop",
    "password = SECRET host=h",
    "app:SECRET@db.example/shop",
    "postgresql:/app:SECRET@h/shop",
    "postgresql:app:SECRET@h/shop",
    "postgrsql://app:SECRET@h/shop",
    "mysql://app:SECRET@h/shop",
    "postgresql://app:SECRET@h:port/shop",
    "postgresql://app:SECRET@[::1/shop",
    "postgresql://app:SECRET@h/shop?sslmod=x",
    "postgresql://app:SECRET@h/shop?sslmode=SECRET",
    "postgresql//app:SECRET@h/shop",
});

/// Cuts, adds or replaces a byte before the secret (but not the one that says that it is one), or
/// leaves all as it is.
std::string damage(std::string text, Choices& choices) {
    const auto secret = text.find_last_of(":=", text.find(canary));
    if (secret == 0 || secret == std::string::npos || choices.below(2) == 0) return text;
    const auto at = choices.below(secret);
    static constexpr std::string_view bytes = ":/?@%&= '";
    switch (choices.below(3)) {
        case 0:
            return text.erase(at, 1);
        case 1:
            return text.insert(at, 1, bytes[choices.below(bytes.size())]);
        default:
            text[at] = bytes[choices.below(bytes.size())];
            return text;
    }
}

/// Everything a person could be shown about an address.
std::string everything_shown(std::string_view text) {
    try {
        const auto url = keel::DatabaseUrl::parse(text, "/srv");
        return url.redacted() + "\n" + url.with_database("other").redacted();
    } catch (const keel::Error& error) {
        std::string shown = error.message() + "\n" + error.hint();
        for (const auto& step : error.trail()) shown += "\n" + step;
        return shown;
    }
}

}  // namespace

TEST_CASE("no part of a password is shown for a well-formed address") {
    for (const std::string text :
         {"postgresql://app:cAnArY@h/shop", "postgresql://app:%63AnArY@h/shop",
          "postgresql://h/shop?password=cAnArY&sslpassword=cAnArY&scram_client_key=cAnArY",
          "host=h password=cAnArY", "host=h password='cAnArY' sslpassword=cAnArY"}) {
        CAPTURE(text);
        const auto shown = everything_shown(text);

        CHECK(shown.find("***") != std::string::npos);
        CHECK(keel::to_lower(shown).find("anary") == std::string::npos);
    }
    CHECK(
        everything_shown("postgresql://app:pw@h/shop").starts_with("postgresql://app:***@h/shop"));
}

TEST_CASE("no part of a password is shown however the address around it is damaged") {
    int shown_urls = 0;
    for (std::uint32_t seed = 1; seed <= 6000; ++seed) {
        Choices choices(seed);
        const auto shape = shapes[choices.below(shapes.size())];
        const auto text =
            damage(keel::replace_all(shape, "SECRET", make_password(choices)), choices);

        const auto shown = everything_shown(text);

        shown_urls += shown.find("***") != std::string::npos;
        if (shown.find(canary) != std::string::npos)
            FAIL_CHECK("seed ", seed, ": ", text, "\nshown: ", shown);
    }
    CHECK(shown_urls > 1000);  // else nothing but errors was looked at
}
