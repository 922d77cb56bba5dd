/* A loadable extension of SQLite with one function, for tests: keel_test_double(n). */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

static void double_it(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    sqlite3_result_int64(context, 2 * sqlite3_value_int64(values[0]));
}

int sqlite3_keeltestfunctions_init(sqlite3 *database, char **message,
                                   const sqlite3_api_routines *api);
int sqlite3_keeltestfunctions_init(sqlite3 *database, char **message,
                                   const sqlite3_api_routines *api) {
    (void)message;
    SQLITE_EXTENSION_INIT2(api);
    return sqlite3_create_function(database, "keel_test_double", 1,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, 0,
                                   double_it, 0, 0);
}
