#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keel {

/// One SQL statement cut out of a larger text. Views point into that text, which must outlive it.
struct Statement {
    std::string_view text;       ///< without the terminating semicolon and surrounding blanks
    std::size_t offset = 0;      ///< of `text` within the whole text
    int line = 1;                ///< of its first token, from 1
    int number = 1;              ///< position among the statements, from 1
    std::string_view copy_data;  ///< PostgreSQL: the lines between COPY … FROM stdin and \. (with
                                 ///< their line ends)
    bool is_copy_in = false;
};

/// What splitting found besides statements: something ignored with a note.
struct SplitNote {
    int line = 0;
    std::string message;
};

struct SplitResult {
    std::vector<Statement> statements;
    std::vector<SplitNote> notes;
};

}  // namespace keel
