#include "recording_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <string>

namespace keel::test {
namespace {

using Kind = DiskOperation::Kind;

/// SQLite allocates these bytes; the real file's follow them.
struct RecordedFile {
    sqlite3_file base;
    DiskTrace* trace;  ///< null: a file that nobody is interested in
    char name[64];
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

RecordedFile& self_of(sqlite3_file* file) {
    return *reinterpret_cast<RecordedFile*>(file);
}
sqlite3_file* real_of(sqlite3_file* file) {
    return self_of(file).real();
}

void note(sqlite3_file* file, DiskOperation operation) {
    RecordedFile& self = self_of(file);
    if (self.trace == nullptr) return;
    operation.file = static_cast<const char*>(self.name);
    self.trace->add(std::move(operation));
}

int close_file(sqlite3_file* file) {
    return real_of(file)->pMethods->xClose(real_of(file));
}
int read_bytes(sqlite3_file* file, void* to, int length, sqlite3_int64 offset) {
    return real_of(file)->pMethods->xRead(real_of(file), to, length, offset);
}
int write_bytes(sqlite3_file* file, const void* from, int length, sqlite3_int64 offset) {
    const auto* bytes = static_cast<const std::byte*>(from);
    note(file,
         {.kind = Kind::write, .file = {}, .offset = offset, .data = Bytes(bytes, bytes + length)});
    return real_of(file)->pMethods->xWrite(real_of(file), from, length, offset);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    note(file, {.kind = Kind::truncate, .file = {}, .offset = size});
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
int sync_file(sqlite3_file* file, int) {
    note(file, {.kind = Kind::sync, .file = {}});
    return SQLITE_OK;  // nobody cuts the power of this machine
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int lock_file(sqlite3_file* file, int level) {
    return real_of(file)->pMethods->xLock(real_of(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int check_lock(sqlite3_file* file, int* found) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), found);
}
int control_file(sqlite3_file* file, int code, void* argument) {
    return real_of(file)->pMethods->xFileControl(real_of(file), code, argument);
}
int sector_size(sqlite3_file*) {
    return 512;
}
int characteristics(sqlite3_file*) {
    return 0;
}
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, memory);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void order_shared(sqlite3_file* file) {
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}
int unmap_shared(sqlite3_file* file, int remove) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

// Without memory mapping, which writes past the layer.
const sqlite3_io_methods methods = {2,
                                    close_file,
                                    read_bytes,
                                    write_bytes,
                                    truncate_file,
                                    sync_file,
                                    file_size,
                                    lock_file,
                                    unlock_file,
                                    check_lock,
                                    control_file,
                                    sector_size,
                                    characteristics,
                                    map_shared,
                                    lock_shared,
                                    order_shared,
                                    unmap_shared,
                                    nullptr,
                                    nullptr};

std::string recorded_name(const char* path) {
    if (path == nullptr) return {};
    const std::string name = std::filesystem::path(path).filename().native();
    return name == "world.db" || name == "world.db-journal" || name == "world.db-wal" ? name : "";
}

}  // namespace

struct RecordingVfs::Layer {
    sqlite3_vfs vfs{};
    sqlite3_vfs* real = nullptr;
    DiskTrace* trace = nullptr;

    static Layer& of(sqlite3_vfs* vfs) { return *static_cast<Layer*>(vfs->pAppData); }

    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
        Layer& layer = of(vfs);
        RecordedFile& self = self_of(file);
        self.base.pMethods = nullptr;
        self.trace = nullptr;
        const std::string name = recorded_name(path);
        const bool is_new = !name.empty() && !std::filesystem::exists(path);
        const int code = layer.real->xOpen(layer.real, path, self.real(), flags, out);
        if (code != SQLITE_OK) return code;
        self.base.pMethods = &methods;
        if (name.empty()) return code;
        self.trace = layer.trace;
        std::strncpy(static_cast<char*>(self.name), name.c_str(), sizeof self.name - 1);
        self.name[sizeof self.name - 1] = '\0';
        constexpr int journals =
            SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
        if (is_new)
            note(file, {.kind = Kind::create,
                        .file = {},
                        .offset = 0,
                        .data = {},
                        .durable_name = (flags & journals) != 0});
        return code;
    }

    static int remove(sqlite3_vfs* vfs, const char* path, int syncs_folder) {
        Layer& layer = of(vfs);
        const int code = layer.real->xDelete(layer.real, path, 0);
        const std::string name = recorded_name(path);
        if (code == SQLITE_OK && !name.empty())
            layer.trace->add({.kind = Kind::remove,
                              .file = name,
                              .offset = 0,
                              .data = {},
                              .durable_name = syncs_folder != 0});
        return code;
    }
};

RecordingVfs::RecordingVfs(DiskTrace& trace) : layer_(std::make_unique<Layer>()) {
    layer_->real = sqlite3_vfs_find(nullptr);
    layer_->trace = &trace;
    layer_->vfs = *layer_->real;
    layer_->vfs.zName = "recording";
    layer_->vfs.pNext = nullptr;
    layer_->vfs.pAppData = layer_.get();
    layer_->vfs.szOsFile = static_cast<int>(sizeof(RecordedFile)) + layer_->real->szOsFile;
    layer_->vfs.xOpen = Layer::open;
    layer_->vfs.xDelete = Layer::remove;
    sqlite3_vfs_register(&layer_->vfs, 1);
}

RecordingVfs::~RecordingVfs() {
    sqlite3_vfs_unregister(&layer_->vfs);
    sqlite3_vfs_register(layer_->real, 1);
}

}  // namespace keel::test
