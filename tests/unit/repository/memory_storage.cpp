#include "memory_storage.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"

namespace keel {
namespace {

bool is_below(std::string_view key, std::string_view folder) {
    return folder.empty() ||
           (key.size() > folder.size() && key.starts_with(folder) && key[folder.size()] == '/');
}

class MemorySink final : public ByteSink {
  public:
    MemorySink(MemoryMedium& medium, std::string key) : medium_(medium), key_(std::move(key)) {}

    void write(std::span<const std::byte> bytes) override {
        const std::lock_guard lock(medium_.mutex);
        medium_.step();
        text_ += as_text(bytes);
    }
    void finish() override {
        const std::lock_guard lock(medium_.mutex);
        medium_.step();
        if (!medium_.objects.emplace(key_, text_).second) {
            throw Error(ErrorKind::already_exists, key_ + " exists already");
        }
    }

  private:
    MemoryMedium& medium_;
    std::string key_;
    std::string text_;
};

class MemorySource final : public ByteSource {
  public:
    explicit MemorySource(std::string text) : text_(std::move(text)) {}
    std::size_t read(std::span<std::byte> buffer) override {
        // Small pieces, so that every boundary inside a stream is met.
        const std::size_t count =
            std::min({buffer.size(), text_.size() - position_, std::size_t{1000}});
        std::memcpy(buffer.data(), text_.data() + position_, count);
        position_ += count;
        return count;
    }

  private:
    std::string text_;
    std::size_t position_ = 0;
};

class MemoryObject final : public StoredObject {
  public:
    explicit MemoryObject(std::string text) : text_(std::move(text)) {}
    std::uint64_t size() const override { return text_.size(); }
    void read_at(std::uint64_t offset, std::span<std::byte> bytes) const override {
        if (offset > text_.size() || bytes.size() > text_.size() - offset)
            throw Error(ErrorKind::integrity, "it is cut off");
        std::memcpy(bytes.data(), text_.data() + offset, bytes.size());
    }

  private:
    std::string text_;
};

class MemoryLock final : public StorageLock {
  public:
    MemoryLock(MemoryMedium& medium, std::string key) : medium_(medium), key_(std::move(key)) {}
    ~MemoryLock() override {
        const std::lock_guard lock(medium_.mutex);
        medium_.locks.erase(key_);
    }

  private:
    MemoryMedium& medium_;
    std::string key_;
};

}  // namespace

void MemoryMedium::revive() {
    fault = Fault::none;
    changes = 0;
    locks.clear();
}

void MemoryMedium::require_alive() const {
    if (fault == Fault::kill && changes >= fault_at) throw Killed{};
}

void MemoryMedium::step() {
    require_alive();
    ++changes;
    switch (fault) {
        case Fault::none:
            return;
        case Fault::error:
            if (changes == fault_at) throw Error(ErrorKind::io, "cannot write: planted");
            return;
        case Fault::error_from_there_on:
            if (changes >= fault_at) throw Error(ErrorKind::io, "cannot write: planted");
            return;
        case Fault::kill:
            if (changes >= fault_at) throw Killed{};
            return;
    }
}

std::unique_ptr<ByteSink> MemoryStorage::create(std::string_view key) {
    return std::make_unique<MemorySink>(medium_, std::string(key));
}

void MemoryStorage::replace(std::string_view key, std::string_view text) {
    const std::lock_guard lock(medium_.mutex);
    medium_.step();
    medium_.objects.insert_or_assign(std::string(key), std::string(text));
}

std::unique_ptr<ByteSource> MemoryStorage::open(std::string_view key) const {
    return std::make_unique<MemorySource>(read(key, ~std::uint64_t{0}));
}

std::unique_ptr<StoredObject> MemoryStorage::open_object(std::string_view key) const {
    return std::make_unique<MemoryObject>(read(key, ~std::uint64_t{0}));
}

std::string MemoryStorage::read(std::string_view key, std::uint64_t limit) const {
    const std::lock_guard lock(medium_.mutex);
    medium_.require_alive();
    const auto found = medium_.objects.find(key);
    if (found == medium_.objects.end()) throw Error(ErrorKind::not_found, std::string(key));
    if (found->second.size() > limit) throw Error(ErrorKind::integrity, "too large");
    return found->second;
}

bool MemoryStorage::exists(std::string_view key) const {
    const std::lock_guard lock(medium_.mutex);
    medium_.require_alive();
    return medium_.objects.contains(key);
}

std::vector<std::string> MemoryStorage::list(std::string_view folder) const {
    const std::lock_guard lock(medium_.mutex);
    medium_.require_alive();
    std::set<std::string> names;
    const std::size_t skip = folder.empty() ? 0 : folder.size() + 1;
    const auto add = [&](std::string_view key) {
        if (!is_below(key, folder)) return;
        const std::string_view rest = key.substr(skip);
        names.emplace(rest.substr(0, rest.find('/')));
    };
    for (const auto& [key, text] : medium_.objects) add(key);
    for (const auto& key : medium_.folders) add(key);
    return {names.begin(), names.end()};
}

void MemoryStorage::remove(std::string_view key) {
    const std::lock_guard lock(medium_.mutex);
    std::vector<std::string> doomed;
    for (const auto& [name, text] : medium_.objects) {
        if (name == key || is_below(name, key)) doomed.push_back(name);
    }
    for (const std::string& name : doomed) {
        medium_.step();  // a folder goes file by file
        medium_.objects.erase(name);
    }
    medium_.step();
    std::erase_if(medium_.folders,
                  [&](const auto& folder) { return folder == key || is_below(folder, key); });
}

std::unique_ptr<StorageLock> MemoryStorage::try_lock(std::string_view key, const std::string&) {
    const std::lock_guard lock(medium_.mutex);
    medium_.require_alive();
    const std::size_t slash = key.rfind('/');
    if (slash != std::string_view::npos && !medium_.folders.contains(key.substr(0, slash))) {
        throw Error(ErrorKind::not_found, std::string(key));
    }
    if (!medium_.locks.insert(std::string(key)).second) return nullptr;
    return std::make_unique<MemoryLock>(medium_, std::string(key));
}

std::filesystem::path MemoryStorage::scratch_folder(std::string_view key) {
    const std::lock_guard lock(medium_.mutex);
    medium_.step();
    medium_.folders.emplace(key);
    return std::filesystem::path("/nowhere") / key;
}

}  // namespace keel
