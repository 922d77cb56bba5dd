#include "engines/sqlite/replacement.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace keel::sqlite {
namespace {

void prove_unused(const std::filesystem::path& target, const Context& context) {
    auto watched = side_files(target);
    watched.push_back(target);
    const auto holders = find_holders(watched);
    if (!holders.processes.empty()) {
        throw Error(ErrorKind::locked, fmt::format("the damaged database '{}' is in use by {}",
                                                   target.native(), join(holders.processes, ", ")))
            .with_hint("stop it, then run the command again");
    }
    if (holders.complete) return;
    context.logger.log(
        Level::warning,
        fmt::format("other users' processes cannot be looked into: make sure that none has "
                    "'{}' open",
                    target.native()));
}

void move(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
        throw io_error("move", from.native());
}

}  // namespace

void replace_damaged(const PrivateFiles& files, const std::filesystem::path& target,
                     const Context& context) {
    prove_unused(target, context);
    const auto intent = Json::object()
                            .set("format", 1)
                            .set("target", target.native())
                            .set("staged", files.staged().native())
                            .set("replaced", files.replaced().native());
    write_file_atomically(files.intent(), intent.dump(2));
    finish_replacement(files, target);
    context.logger.log(Level::warning, fmt::format("the damaged database was kept as '{}'",
                                                   files.replaced().native()));
}

void finish_replacement(const PrivateFiles& files, const std::filesystem::path& target) {
    if (is_there(files.staged())) {
        // A second name first: at no moment is the target's name without a file behind it.
        if (::link(target.c_str(), files.replaced().c_str()) != 0 && errno != EEXIST &&
            errno != ENOENT) {
            throw io_error("keep a copy of", target.native());
        }
        for (const auto& file : side_files(target)) {
            auto kept = files.replaced();
            kept += file.native().substr(target.native().size());
            move(file, kept);
        }
        sync_directory(target.parent_path());
        move(files.staged(), target);
        sync_directory(target.parent_path());
    }
    remove_durably(files.intent());
}

}  // namespace keel::sqlite
