#include "ops/lint/git_base.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/process.hpp"
#include "base/text.hpp"

namespace keel::lint {
namespace {

class Git {
  public:
    Git(OperationContext& context, std::filesystem::path folder)
        : context_(context), folder_(std::move(folder)) {
        const auto program = find_program("git");
        if (!program)
            throw Error(ErrorKind::usage, "--git-base needs git, which is not installed")
                .with_hint("apt install git");
        program_ = *program;
    }

    /// The lines that git prints; nothing when it fails, which `failure_` then says.
    std::optional<std::vector<std::string>> lines(std::vector<std::string> arguments) {
        std::vector<std::string> all{"-C", folder_.native()};
        all.insert(all.end(), arguments.begin(), arguments.end());
        std::string output;
        const auto result =
            run_process({.program = program_, .arguments = all, .stop = context_.context().stop},
                        [&](std::span<const std::byte> piece) { output += as_text(piece); });
        failure_ = std::string(trim(result.error_output));
        if (result.status != 0) return std::nullopt;
        std::vector<std::string> found;
        for (auto& line : split(output, '\0'))
            if (!trim(line).empty()) found.emplace_back(trim(line));
        return found;
    }
    const std::string& failure() const noexcept { return failure_; }

  private:
    OperationContext& context_;
    std::filesystem::path folder_;
    std::filesystem::path program_;
    std::string failure_;
};

/// The version that a file's name, or its folder's, begins with.
std::string version_of_path(std::string_view path) {
    for (const auto& part : split(path, '/')) {
        const auto digits = part.find_first_of("0123456789");
        if (digits > 1) continue;
        const auto end = part.find_first_not_of("0123456789", digits);
        return part.substr(digits, end == std::string::npos ? end : end - digits);
    }
    return "";
}

}  // namespace

void compare_with_base(OperationContext& context, const std::string& reference,
                       std::span<const Migration> files, Provenance& provenance) {
    if (reference.empty() || reference.starts_with('-'))
        throw Error(ErrorKind::usage, "--git-base needs a branch or a commit");
    const auto folder = context.project().migrations().directory;
    Git git(context, folder);
    const auto base = git.lines({"ls-tree", "-r", "-z", "--name-only", reference});
    if (!base)
        throw Error(ErrorKind::usage,
                    fmt::format("git does not know '{}' here: {}", reference, git.failure()))
            .with_hint("name a branch or a commit that has been fetched");
    // What the base branch got since the two parted is not an edit of this one.
    auto parted = git.lines({"merge-base", reference, "HEAD"});
    const std::string since = parted && !parted->empty() ? parted->front() : reference;
    const auto changed = git.lines({"diff", "-z", "--name-only", "--relative", since, "--", "."});
    provenance.knows_base = true;
    for (const auto& path : *base) {
        const std::string version = version_of_path(path);
        if (!version.empty() &&
            (provenance.newest_on_base.empty() || version_less(provenance.newest_on_base, version)))
            provenance.newest_on_base = version;
    }
    for (const Migration& file : files) {
        const auto path =
            file.file.is_absolute() ? file.file : context.project().root() / file.file;
        const std::string relative = path.lexically_relative(folder).native();
        const bool is_known = std::ranges::find(*base, relative) != base->end();
        const bool is_changed = changed && std::ranges::find(*changed, relative) != changed->end();
        if (!is_known)
            provenance.new_since_base.push_back(file.file.native());
        else if (is_changed)
            provenance.changed_since_base.push_back(file.file.native());
    }
}

}  // namespace keel::lint
