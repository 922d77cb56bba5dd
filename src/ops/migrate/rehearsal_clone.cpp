#include "ops/migrate/rehearsal_clone.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "db/admin.hpp"
#include "db/dumper.hpp"

namespace keel {
namespace {

std::filesystem::path stream_file(const std::filesystem::path& folder, std::string_view name) {
    return folder / ("stream-" + replace_all(name, "/", "_"));
}

class FileSink final : public StreamSink {
  public:
    explicit FileSink(std::filesystem::path file) : file_(std::move(file)) {}
    void write(std::span<const std::byte> bytes) override { file_.write(bytes); }
    void finish() override { file_.finish(); }

  private:
    AtomicFile file_;
};

class FolderWriter final : public StreamWriter {
  public:
    explicit FolderWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::unique_ptr<StreamSink> open(std::string_view name) override {
        return std::make_unique<FileSink>(stream_file(folder_, name));
    }
    std::filesystem::path staging_directory() override {
        auto staging = folder_ / "staging";
        create_directories_durably(staging);
        return staging;
    }

  private:
    std::filesystem::path folder_;
};

class FolderReader final : public StreamReader {
  public:
    explicit FolderReader(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::unique_ptr<ByteSource> open(std::string_view name) override {
        return open_file_source(stream_file(folder_, name));
    }

  private:
    std::filesystem::path folder_;
};

Connection& source_of(OperationContext& context) {
    if (Connection* connection = context.connection_if_exists()) return *connection;
    throw Error(ErrorKind::not_found, fmt::format("there is no database at {} to rehearse on",
                                                  context.environment().url.redacted()))
        .with_hint("apply the migrations with: keel migrate up");
}

}  // namespace

RehearsalClone::RehearsalClone(OperationContext& context)
    : context_(context),
      folder_(context.project().state_directory() / ("rehearsal-" + context.run_id())) {
    const Engine& engine = context.engine();
    const DatabaseUrl& url = context.environment().url;
    Connection& source = source_of(context);
    create_directories_durably(folder_);
    try {
        FolderWriter writer(folder_);
        const auto content = engine.dumper().dump(source, url, writer, context.context());
        FolderReader reader(folder_);
        staged_ = engine.dumper().stage(
            content, reader, {.target = url, .run_id = context.run_id()}, context.context());
        remove_durably(folder_);
    } catch (Error& error) {
        remove_durably(folder_);
        error.add_trail("copy the database for the rehearsal");
        throw;
    }
}

RehearsalClone::~RehearsalClone() {
    try {
        discard();
    } catch (const Error& error) {
        context_.context().logger.log(
            Level::warning, "the rehearsal's copy could not be removed: " + error.message());
    }
}

std::unique_ptr<Connection> RehearsalClone::connect() const {
    return context_.engine().connect({.url = staged_->url,
                                      .read_only = false,
                                      .ignore_ambient = context_.is_testing(),
                                      .session = context_.environment().session,
                                      .application_name = "keel migrate rehearse"});
}

void RehearsalClone::discard() {
    if (!staged_) return;
    const StagedDatabase staged = *std::exchange(staged_, std::nullopt);
    context_.engine().admin().discard(staged);
}

}  // namespace keel
