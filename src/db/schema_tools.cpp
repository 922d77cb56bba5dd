#include "db/schema_tools.hpp"

#include "base/error.hpp"
#include "db/engine.hpp"

namespace keel {

const SchemaTools& schema_tools_of(const Engine& engine) {
    if (const auto* owner = dynamic_cast<const HasSchemaTools*>(&engine))
        return owner->schema_tools();
    throw Error(ErrorKind::unsupported, "this engine neither reads nor compares whole schemas");
}

}  // namespace keel
