# keel_layer(<name> [FOLDERS <folder>...] [DEPENDS <layer>...] [PRIVATE <target>...])
#
# Declares the folder it is called from as one layer: a static library keel_<name> of all its sources (and those of its
# FOLDERS), whose link edges are exactly DEPENDS (other layers). PRIVATE names the third-party targets that this layer alone may use.
# Its sql/*.sql become constants (KeelEmbedSql.cmake). tools/check_layers reads these calls, so that the includes are
# held to the same picture.
function(keel_layer name)
    cmake_parse_arguments(LAYER "" "" "FOLDERS;DEPENDS;PRIVATE" ${ARGN})
    list(TRANSFORM LAYER_FOLDERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    list(TRANSFORM LAYER_FOLDERS APPEND /*.cpp)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${LAYER_FOLDERS})
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$") # an executable's, declared beside the layer
    if(NOT sources) # only headers so far: it is a library of its own all the same
        file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/headers_only.cpp "")
        set(sources ${CMAKE_CURRENT_BINARY_DIR}/headers_only.cpp)
    endif()
    add_library(keel_${name} STATIC ${sources})
    set_target_properties(keel_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_include_directories(keel_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(keel_${name} PUBLIC keel_compiler)
    keel_precompile(keel_${name})
    foreach(layer IN LISTS LAYER_DEPENDS)
        target_link_libraries(keel_${name} PUBLIC keel_${layer})
    endforeach()
    target_link_libraries(keel_${name} PRIVATE ${LAYER_PRIVATE})
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
    keel_embed_sql(keel_${name} ${name} ${folder})
endfunction()
