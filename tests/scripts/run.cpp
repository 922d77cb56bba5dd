#include "run.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <utility>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "child.hpp"
#include "databases.hpp"
#include "files.hpp"
#include "pattern.hpp"
#include "support/temporary_directory.hpp"

namespace keel::scripts {

namespace {

/// Why a step did not do what it says.
Error unexpected(std::string message) {
    return Error(ErrorKind::internal, std::move(message));
}

std::string binary() {
    const char* path = std::getenv("KEEL_BINARY");
    if (path == nullptr) throw Error(ErrorKind::config, "KEEL_BINARY does not say what to run");
    return path;
}

/// Follows "applied.0.version"; '#' is the number of elements.
std::optional<std::string> json_at(const Json& json, std::string_view path) {
    const Json* value = &json;
    for (const std::string& part : split(path, '.')) {
        if (value->is_array() && part == "#") return std::to_string(value->as_array().size());
        if (value->is_array()) {
            const auto index = parse_unsigned(part);
            if (!index || *index >= value->as_array().size()) return std::nullopt;
            value = &value->as_array()[*index];
        } else {
            value = value->find(part);
        }
        if (value == nullptr) return std::nullopt;
    }
    return value->is_string() ? value->as_string() : value->dump();
}

class Run {
  public:
    Run(const Script& script, const std::string& engine)
        : script_(script), engine_(engine), databases_(engine, script.name, directory_.path()) {
        variables_ = {{"ENGINE", engine},
                      {"URL", databases_.url(1)},
                      {"URL2", databases_.url(2)},
                      {"URL3", databases_.url(3)},
                      {"DIR", directory_.path().string()}};
        if (const char* extension = std::getenv("KEEL_TEST_EXTENSION"))
            variables_["EXTENSION"] = extension;
        if (const char* s3 = std::getenv("KEEL_TEST_S3")) {
            std::ifstream file(std::string(s3) + "/address");
            std::getline(file, variables_["S3"]);
        }
        for (const auto& [name, text] : script.files) {
            write_file(directory_.path() / name, expand(text, variables_));
        }
        for (const char* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
            if (const char* value = std::getenv(name)) environment_[name] = value;
        }
        environment_["HOME"] = directory_.path().string();
        environment_["KEEL"] = binary();
        environment_["LANG"] = "C.UTF-8";
    }

    std::optional<Failure> play() {
        for (const Step& step : script_.steps) {
            if (!step.engine.empty() && step.engine != engine_) continue;
            try {
                perform(step);
            } catch (const Error& error) {
                return Failure{step.line, error.message() + last_command()};
            }
        }
        return std::nullopt;
    }

  private:
    void perform(const Step& step) {
        const std::string argument = expand(step.argument, variables_);
        using Verb = void (Run::*)(const Step&, const std::string&);
        static const std::map<std::string_view, Verb> verbs = {{"exec", &Run::exec},
                                                               {"exit", &Run::exit},
                                                               {"stdout", &Run::check_stdout},
                                                               {"stderr", &Run::check_stderr},
                                                               {"json", &Run::check_json},
                                                               {"set", &Run::set},
                                                               {"env", &Run::env},
                                                               {"unset", &Run::unset},
                                                               {"sql", &Run::sql},
                                                               {"sql2", &Run::sql2},
                                                               {"typed", &Run::typed},
                                                               {"interrupt", &Run::interrupt},
                                                               {"exists", &Run::exists},
                                                               {"file", &Run::check_file},
                                                               {"copy", &Run::copy},
                                                               {"remove", &Run::remove},
                                                               {"folder", &Run::folder},
                                                               {"flip", &Run::flip},
                                                               {"cut", &Run::cut},
                                                               {"mode", &Run::mode}};
        const auto verb = verbs.find(step.verb);
        if (verb == verbs.end()) throw unexpected(fmt::format("no such verb: {}", step.verb));
        (this->*verb->second)(step, argument);
    }

    std::filesystem::path path(std::string_view name) const { return directory_.path() / name; }

    std::string last_command() const {
        if (command_.empty()) return "";
        return fmt::format("\n--- {} exited with {}\n--- stdout\n{}--- stderr\n{}--- terminal\n{}",
                           command_, result_.status, result_.out, result_.error, result_.terminal);
    }

    void exec(const Step& step, const std::string& argument) {
        ChildOptions options;
        options.command = split_words(argument);
        options.directory = directory_.path();
        options.typed = std::move(typed_);
        typed_.clear();
        options.interrupt_at = std::exchange(interrupt_at_, {});
        if (options.command.empty()) throw unexpected("nothing to run");
        if (options.command[0] == "keel") options.command[0] = binary();
        if (options.command[0].front() != '/') {
            const auto program = find_program(options.command[0]);
            if (!program) throw unexpected(fmt::format("{} is not installed", options.command[0]));
            options.command[0] = program->string();
        }
        for (const auto& [name, value] : environment_)
            options.environment.push_back(name + "=" + value);
        command_ = argument;
        result_ = run_child(options);
        if (step.negated && result_.status == 0) throw unexpected("it succeeded");
        if (!step.negated && result_.status != 0) throw unexpected("it failed");
    }

    void exit(const Step& step, const std::string& argument) {
        expect(step, std::to_string(result_.status) == argument, "the exit status");
    }

    static void expect(const Step& step, bool holds, std::string_view what) {
        if (holds != step.negated) return;
        throw unexpected(fmt::format("{} is not as said: {}{} {}", what, step.negated ? "! " : "",
                                     step.verb, step.argument));
    }

    void check_stdout(const Step& step, const std::string& argument) {
        expect(step, argument.empty() ? !result_.out.empty() : contains(result_.out, argument),
               "stdout");
    }
    void check_stderr(const Step& step, const std::string& argument) {
        expect(step, argument.empty() ? !result_.error.empty() : contains(result_.error, argument),
               "stderr");
    }

    void check_json(const Step& step, const std::string& argument) {
        const std::size_t blank = argument.find(' ');
        const Json json = Json::parse(result_.out);
        const std::optional<std::string> value = json_at(json, argument.substr(0, blank));
        const bool holds =
            blank == std::string::npos
                ? value.has_value()
                : value && equals(*value, trim(std::string_view(argument).substr(blank)));
        expect(step, holds, fmt::format("the JSON ({})", value.value_or("absent")));
    }

    /// "set NAME PATH": a variable from the last JSON.
    void set(const Step&, const std::string& argument) {
        const std::vector<std::string> words = split_words(argument);
        const auto value = json_at(Json::parse(result_.out), words.at(1));
        if (!value) throw unexpected(fmt::format("the JSON has no {}", words[1]));
        variables_[words[0]] = *value;
    }

    void env(const Step&, const std::string& argument) {
        const std::size_t equal = argument.find('=');
        environment_[argument.substr(0, equal)] = argument.substr(equal + 1);
    }
    void unset(const Step&, const std::string& argument) { environment_.erase(argument); }
    void typed(const Step&, const std::string& argument) { typed_.push_back(argument); }

    void interrupt(const Step&, const std::string& argument) { interrupt_at_ = argument; }

    void run_sql(const Step& step, int number, const std::string& statement) {
        command_ = "sql " + statement;
        result_ = {};
        try {
            result_.out = databases_.run_sql(number, statement);
        } catch (const Error& error) {
            result_ = {.status = 1, .out = "", .error = error.message() + "\n", .terminal = ""};
        }
        expect(step, result_.status == 0, "the outcome of the SQL");
    }
    void sql(const Step& step, const std::string& argument) { run_sql(step, 1, argument); }
    void sql2(const Step& step, const std::string& argument) { run_sql(step, 2, argument); }

    void exists(const Step& step, const std::string& argument) {
        expect(step, !find_files(directory_.path(), argument).empty(), "what exists");
    }
    void check_file(const Step& step, const std::string& argument) {
        const std::size_t blank = argument.find(' ');
        const auto found = one_file(directory_.path(), argument.substr(0, blank));
        expect(step, contains(read_file(found), trim(std::string_view(argument).substr(blank))),
               "the file");
    }
    void copy(const Step&, const std::string& argument) {
        const std::vector<std::string> words = split_words(argument);
        write_file(path(words.at(1)), read_file(one_file(directory_.path(), words[0])));
    }
    void remove(const Step&, const std::string& argument) {
        for (const auto& found : find_files(directory_.path(), argument))
            std::filesystem::remove_all(found);
    }
    void folder(const Step&, const std::string& argument) {
        std::filesystem::create_directories(path(argument));
    }
    void flip(const Step&, const std::string& argument) {
        flip_byte(first_file(directory_.path(), argument));
    }
    void cut(const Step&, const std::string& argument) {
        cut_half(first_file(directory_.path(), argument));
    }
    void mode(const Step&, const std::string& argument) {
        const std::vector<std::string> words = split_words(argument);
        const auto bits =
            static_cast<std::filesystem::perms>(std::strtoul(words.at(0).c_str(), nullptr, 8));
        std::filesystem::permissions(path(words.at(1)), bits);
    }

    const Script& script_;
    std::string engine_;
    TemporaryDirectory directory_;
    Databases databases_;
    Variables variables_;
    std::map<std::string, std::string> environment_;
    std::vector<std::string> typed_;
    std::string interrupt_at_;
    std::string command_;
    ChildResult result_;
};

}  // namespace

std::optional<Failure> run_script(const Script& script, const std::string& engine) {
    try {
        return Run(script, engine).play();
    } catch (const Error& error) {
        return Failure{1, "its databases could not be made: " + error.message()};
    }
}

}  // namespace keel::scripts
