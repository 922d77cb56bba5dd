# keel_embed_sql(<target> <layer> <folder>)
#
# Makes each sql/*.sql of a layer a constant of that name in "<folder>/sql.hpp", namespace keel::<layer>::sql, anew
# whenever a file changes. Long SQL stays in files that editors and reviewers know as SQL.
function(keel_embed_sql target layer folder)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/sql/*.sql)
    if(NOT files)
        return()
    endif()
    set(include_directory ${CMAKE_CURRENT_BINARY_DIR}/generated)
    set(header ${include_directory}/${folder}/sql.hpp)
    add_custom_command(OUTPUT ${header}
        COMMAND ${CMAKE_COMMAND} -DHEADER=${header} -DLAYER=${layer} "-DFILES=${files}"
                -P ${CMAKE_SOURCE_DIR}/cmake/embed_sql.cmake
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_sql.cmake
        COMMENT "Embedding the SQL of ${folder}" VERBATIM)
    target_sources(${target} PRIVATE ${header})
    target_include_directories(${target} PRIVATE ${include_directory})
endfunction()
