#pragma once

#include <cstddef>
#include <memory>

#include "db/connection.hpp"
#include "db/dumper.hpp"

namespace keel {

/// An empty database beside the place where it is to be published, for whoever fills it: nobody
/// else sees it, and nobody relies on it before `keep`. Gone with this object unless it was kept;
/// a kill leaves what Admin::find_leftovers recognises. Sessions end before it does.
class NewDatabase {
  public:
    virtual ~NewDatabase() = default;
    /// How many sessions may write to it at a time.
    virtual std::size_t writers() const noexcept = 0;
    /// A session that writes. Nothing it does is waited for to be durable, and on SQLite its
    /// transactions cannot be rolled back.
    virtual std::unique_ptr<Connection> connect() = 0;
    /// A session that reads tables which are filled and which nobody changes any more, while others
    /// are filled and indexes made. Called while nobody writes.
    virtual std::unique_ptr<Connection> connect_reader() = 0;
    /// Makes it durable, for Admin::publish. Every session has ended.
    virtual StagedDatabase keep() = 0;
};

}  // namespace keel
