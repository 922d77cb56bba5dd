# cmake -DHEADER=… -DLAYER=… -DFILES=a.sql;b.sql -P embed_sql.cmake: see KeelEmbedSql.cmake.
set(text "// Made from sql/*.sql by the build.\n#pragma once\n\n#include <string_view>\n\nnamespace keel::${LAYER}::sql {\n\n")
foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} sql)
    string(APPEND text "inline constexpr std::string_view ${name} = R\"keelsql(${sql})keelsql\";\n\n")
endforeach()
string(APPEND text "}  // namespace keel::${LAYER}::sql\n")
file(WRITE ${HEADER} "${text}")
