#include "engines/postgres/post_data.hpp"

#include <doctest/doctest.h>

#include "engines/postgres/split.hpp"

using namespace keel::postgres;

namespace {

std::vector<PostDataStatement> classify(std::string_view text) {
    return classify_post_data(split_script(text).statements);
}

PostDataStatement one(std::string_view text) {
    const auto all = classify(text);
    REQUIRE(all.size() == 1);
    return all.front();
}

}  // namespace

TEST_CASE("indexes belong to the table they are on, those of a partitioned table stay in order") {
    const auto index = one(R"(CREATE UNIQUE INDEX "i;x" ON "S x"."T.y" USING btree (lower(a));)");
    CHECK(index.kind == PostDataKind::index);
    CHECK(index.table == R"("S x"."T.y")");
    CHECK(one("CREATE INDEX i ON public.t USING gin (a);").table == R"("public"."t")");
    CHECK(one("CREATE INDEX i ON ONLY public.t USING btree (a);").kind == PostDataKind::other);
}

TEST_CASE("keys and foreign keys are told from other constraints") {
    const auto key =
        one("ALTER TABLE ONLY public.a\n    ADD CONSTRAINT \"a key\" PRIMARY KEY (id);");
    CHECK(key.kind == PostDataKind::key);
    CHECK(key.constraint == "\"a key\"");
    CHECK(one("ALTER TABLE ONLY public.a ADD CONSTRAINT u UNIQUE (b) INCLUDE (c);").kind ==
          PostDataKind::key);
    const auto reference =
        one("ALTER TABLE ONLY public.a ADD CONSTRAINT f FOREIGN KEY (\")\", b) REFERENCES "
            "\"x\".y(c, d) "
            "ON DELETE CASCADE;");
    CHECK(reference.kind == PostDataKind::foreign_key);
    CHECK(reference.table == R"("public"."a")");
    CHECK(reference.references == R"("x"."y")");
    CHECK_FALSE(reference.is_not_valid);
    CHECK(one("ALTER TABLE ONLY a.b ADD CONSTRAINT f FOREIGN KEY (c) REFERENCES a.b(id) NOT VALID;")
              .is_not_valid);
    CHECK(one("ALTER TABLE ONLY a.b ADD CONSTRAINT x EXCLUDE USING gist (c WITH &&);").kind ==
          PostDataKind::other);
    CHECK(one("ALTER TABLE a.b CLUSTER ON i;").kind == PostDataKind::other);
    CHECK(one("ALTER INDEX a.i ATTACH PARTITION a.j;").kind == PostDataKind::other);
}

TEST_CASE("whatever makes or changes an event trigger waits until nothing else is made") {
    CHECK(one("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.f();").kind ==
          PostDataKind::event_trigger);
    CHECK(one("ALTER EVENT TRIGGER e DISABLE;").kind == PostDataKind::event_trigger);
    CHECK(one("COMMENT ON EVENT TRIGGER e IS 'x';").kind == PostDataKind::event_trigger);
    CHECK(one("CREATE TRIGGER event BEFORE INSERT ON a.b EXECUTE FUNCTION a.f();").kind ==
          PostDataKind::other);
    CHECK(one("COMMENT ON TABLE public.event IS 'trigger';").kind == PostDataKind::other);
}

TEST_CASE("a tablespace holds for what is written after it") {
    const auto all = classify(
        "SET lock_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n"
        "SET default_tablespace = fast;\nCREATE INDEX i ON a.b (c);\nSET default_tablespace = '';\n"
        "CREATE INDEX j ON a.b (c);");
    REQUIRE(all.size() == 6);
    CHECK(all[0].kind == PostDataKind::setting);
    CHECK(all[1].kind == PostDataKind::setting);
    CHECK(all[3].tablespace == "SET default_tablespace = fast");
    CHECK(all[5].tablespace == "SET default_tablespace = ''");
}
