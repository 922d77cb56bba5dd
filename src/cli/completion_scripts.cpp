#include "cli/completion_scripts.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace keel {

namespace {

constexpr std::string_view bash_script =
    R"(# bash completion for keel: source <(keel completion bash)
_keel() {
    local line word
    local -a words=()
    COMPREPLY=()
    # readline splits words at '=' and ':' too; what counts is blanks.
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} == *[[:blank:]] ]] && words+=("")
    word=${words[-1]}
    local cut=${word%"${word##*[=:]}"}
    while IFS=$'\t' read -r line _; do
        case $line in
            :files) compopt -o default; return ;;
            :folders) compopt -o dirnames; return ;;
            *) COMPREPLY+=("${line#"$cut"}") ;;
        esac
    done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -F _keel keel
)";

constexpr std::string_view zsh_script = R"(#compdef keel
# zsh completion for keel: keel completion zsh > a folder of $fpath, as _keel
_keel() {
    local line
    local -a found
    while IFS= read -r line; do
        case $line in
            :files) _files; return ;;
            :folders) _files -/; return ;;
            *) found+=("${${line//:/\\:}/$'\t'/:}") ;;
        esac
    done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    _describe keel found
}
if [ "$funcstack[1]" = _keel ]; then _keel "$@"; else compdef _keel keel; fi
)";

constexpr std::string_view fish_script = R"(# fish completion for keel
function __keel_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (command $words[1] __complete -- $words[2..-1] 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :folders
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c keel -f -a '(__keel_complete)'
)";

}  // namespace

std::string completion_script(std::string_view shell) {
    if (shell == "bash") return std::string(bash_script);
    if (shell == "zsh") return std::string(zsh_script);
    if (shell == "fish") return std::string(fish_script);
    const std::array<std::string, 3> shells = {"bash", "zsh", "fish"};
    throw Error(ErrorKind::usage, fmt::format("no completion for the shell '{}'{}", shell,
                                              did_you_mean(shell, shells)))
        .with_hint("there are: bash, zsh, fish");
}

}  // namespace keel
