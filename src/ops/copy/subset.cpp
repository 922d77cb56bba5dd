#include "ops/copy/subset.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "db/dialect.hpp"
#include "db/row_conversion.hpp"
#include "db/transaction.hpp"
#include "ops/copy/key_sets.hpp"
#include "ops/copy/row_pairs.hpp"

namespace keel {
namespace {

constexpr std::uint64_t rows_at_once = 4096;

}  // namespace

Subset::Subset(Parts parts) : parts_(std::move(parts)), hash_(random_key()) {
    keys_ = foreign_keys_of(parts_.catalog);
    for (const auto& [name, condition] : parts_.settings.roots) {
        const auto* table = find(name);
        if (table == nullptr) {
            std::vector<std::string> names;
            for (const auto& one : parts_.catalog.tables) names.push_back(shown_name(one));
            throw Error(
                ErrorKind::config,
                fmt::format("the subset starts from table '{}', which is not in the source{}", name,
                            did_you_mean(name, names)))
                .with_hint("list the tables with: keel inspect --tables");
        }
        roots_[table] = condition;
    }
    find_tables();
}

Subset::~Subset() {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        std::error_code ignored;
        std::filesystem::remove(file().native() + suffix, ignored);
    }
}

std::filesystem::path Subset::file() const {
    return parts_.directory / fmt::format("subset-{}.db", parts_.run_id);
}

std::unique_ptr<Connection> Subset::open(bool create) const {
    const auto url = DatabaseUrl::parse("sqlite:" + file().native(), parts_.directory);
    return parts_.sqlite.connect(
        {.url = url, .read_only = !create, .create = create, .session = {}});
}

const Table* Subset::find(std::string_view name) const {
    for (const auto& table : parts_.catalog.tables)
        if (equals_ignore_case(table.name, name) ||
            equals_ignore_case(fmt::format("{}.{}", table.schema, table.name), name))
            return root_of(parts_.catalog, &table);
    return nullptr;
}

Subset::Columns Subset::identity_of(const Table& table) const {
    for (const auto& constraint : table.constraints)
        if (constraint.kind == ConstraintKind::primary_key) return constraint.columns;
    Columns all;
    for (const auto& column : table.columns)
        if (column.generated != "stored" && column.generated != "virtual")
            all.push_back(column.name);
    return all;
}

/// Which tables are looked at in which way.
void Subset::find_tables() {
    for (const auto& [table, condition] : roots_) followed_[table] = 0;
    std::set<const Table*> descendants;
    for (bool is_new = true; is_new;) {
        is_new = false;
        for (const auto& key : keys_) {
            const auto parent = followed_.find(key.parent);
            const bool is_below = parent != followed_.end() || descendants.contains(key.parent);
            if (!is_below || followed_.contains(key.child)) continue;
            if (parent != followed_.end() && parent->second < parts_.settings.children) {
                followed_[key.child] = parent->second + 1;
                is_new = true;
            } else {
                is_new = descendants.insert(key.child).second || is_new;
            }
        }
    }
    for (const auto& [table, distance] : followed_) narrowed_.insert(table);
    narrowed_.insert(descendants.begin(), descendants.end());
    for (bool is_new = !parts_.settings.has_all_parents; is_new;) {
        is_new = false;
        for (const auto& key : keys_)
            if (narrowed_.contains(key.child) && narrowed_.insert(key.parent).second) {
                ancestors_.insert(key.parent);
                is_new = true;
            }
    }
    add_descendants();
    std::int64_t number = 0;
    for (const auto* table : narrowed_) numbers_[table] = number++;
}

/// What refers to tables that are narrowed to what is needed keeps the rows that still may.
void Subset::add_descendants() {
    for (bool is_new = true; is_new;) {
        is_new = false;
        for (const auto& key : keys_)
            if (narrowed_.contains(key.parent) && narrowed_.insert(key.child).second) {
                besides_.insert(key.child);
                is_new = true;
            }
    }
}

std::vector<std::string> Subset::narrowed() const {
    std::vector<std::string> names;
    for (const auto* table : narrowed_) names.push_back(shown_name(*table));
    std::ranges::sort(names);
    return names;
}

/// One choice: reads each table that is narrowed as often as it takes until nothing is added.
class Subset::Chooser {
  public:
    Chooser(const Subset& subset, Connection& source, Connection& scratch, const Context& context)
        : subset_(subset), source_(source), sets_(scratch), context_(context) {
        for (const auto* table : subset_.narrowed_) views_.emplace(table, view_of(*table));
    }

    void run() {
        for (const auto& [table, condition] : subset_.roots_) {
            const std::string where = fmt::format(" where {}", condition);
            scan(*table, where, [](RowEditor&) { return true; });
        }
        go_down();
        go_up();
        look_besides();
    }

  private:
    struct Reference {
        const Table* parent;
        std::vector<std::size_t> places;
        std::int64_t kept;    ///< set of the parent's values that are there
        std::int64_t needed;  ///< set of those that must come
    };
    struct Referred {
        std::vector<std::size_t> places;
        std::int64_t kept;
        std::int64_t needed;
    };
    /// What is read of a table, and where in it what lies.
    struct View {
        Columns columns;
        std::vector<std::size_t> identity;
        std::int64_t rows = 0;  ///< set of the rows that are kept
        std::vector<Reference> references;
        std::vector<Referred> referred;
        bool is_below_changed = true;
        bool is_needed = false;
    };

    /// Numbers of sets: rows of a table, values of some of its columns that are kept, or needed.
    std::int64_t set_of(const Table& table, const Columns& columns, int kind) {
        const auto name =
            fmt::format("{}:{}:{}", subset_.numbers_.at(&table), kind, join(columns, ","));
        return 1000 + static_cast<std::int64_t>(
                          sets_by_name_.emplace(name, sets_by_name_.size()).first->second);
    }

    View view_of(const Table& table) {
        View view;
        const auto add = [&](const Columns& columns) {
            for (const auto& column : columns)
                if (std::ranges::find(view.columns, column) == view.columns.end())
                    view.columns.push_back(column);
            return places_of(columns, view.columns);
        };
        view.identity = add(subset_.identity_of(table));
        view.rows = subset_.numbers_.at(&table);
        for (const auto& key : subset_.keys_) {
            if (key.child == &table && subset_.narrowed_.contains(key.parent))
                view.references.push_back({key.parent, add(key.constraint->columns),
                                           set_of(*key.parent, key.parent_columns, 1),
                                           set_of(*key.parent, key.parent_columns, 2)});
            if (key.parent != &table) continue;
            const auto kept = set_of(table, key.parent_columns, 1);
            const bool is_known = std::ranges::any_of(
                view.referred, [&](const Referred& one) { return one.kept == kept; });
            if (!is_known)
                view.referred.push_back(
                    {add(key.parent_columns), kept, set_of(table, key.parent_columns, 2)});
        }
        return view;
    }

    std::optional<KeyDigest> key(RowEditor& row, const std::vector<std::size_t>& places) {
        return digest_of(row, places, subset_.hash_, false, buffer_);
    }

    /// Keeps the rows that `is_wanted`; says whether any are new.
    template <typename Wanted>
    bool scan(const Table& table, const std::string& where, const Wanted& is_wanted) {
        auto& view = views_.at(&table);
        const auto& dialect = subset_.parts_.engine.dialect();
        std::vector<std::string> names;
        for (const auto& column : view.columns) names.push_back(dialect.quote(column));
        CopySpec spec;
        spec.query = fmt::format("select {} from {}{}", join(names, ", "),
                                 dialect.quote(table.schema, table.name), where);
        spec.format = exchange_format(subset_.parts_.engine.kind());
        const auto rows = source_.copy_out(spec);
        RowEditor editor;
        bool is_new = false;
        std::uint64_t seen = 0;
        for (auto row = rows->next(); !row.empty(); row = rows->next()) {
            if (++seen % rows_at_once == 0) report(table, seen);
            if (spec.format == CopyFormat::binary)
                editor.open_binary(row);
            else
                editor.open(row);
            if (is_wanted(editor)) is_new = keep(view, editor) || is_new;
        }
        report(table, seen);
        return is_new;
    }

    bool keep(View& view, RowEditor& row) {
        const auto identity = digest_of(row, view.identity, subset_.hash_, true, buffer_);
        if (!sets_.add(view.rows, *identity)) return false;
        for (const auto& referred : view.referred)
            if (const auto value = key(row, referred.places)) sets_.add(referred.kept, *value);
        for (const auto& reference : view.references) {
            const auto value = key(row, reference.places);
            if (!value || !sets_.add(reference.needed, *value)) continue;
            if (!sets_.contains(reference.kept, *value))
                views_.at(reference.parent).is_needed = true;
        }
        return true;
    }

    /// Rows that refer to kept ones.
    void go_down() {
        for (bool is_changed = true; is_changed;) {
            is_changed = false;
            for (const auto& [table, distance] : subset_.followed_) {
                auto& view = views_.at(table);
                if (!std::exchange(view.is_below_changed, false)) continue;
                const auto is_wanted = [&](RowEditor& row) { return refers_to_kept(view, row); };
                if (view.references.empty() || !scan(*table, "", is_wanted)) continue;
                is_changed = true;
                look_below(table);
            }
        }
    }

    bool refers_to_kept(const View& view, RowEditor& row) {
        return std::ranges::any_of(view.references, [&](const Reference& reference) {
            if (!subset_.followed_.contains(reference.parent)) return false;
            const auto value = key(row, reference.places);
            return value && sets_.contains(reference.kept, *value);
        });
    }

    void look_below(const Table* table) {
        for (const auto& one : subset_.keys_)
            if (one.parent == table && subset_.followed_.contains(one.child))
                views_.at(one.child).is_below_changed = true;
    }

    /// Rows that kept ones refer to.
    void go_up() {
        for (bool is_changed = true; is_changed;) {
            is_changed = false;
            for (auto& [table, view] : views_) {
                if (!std::exchange(view.is_needed, false)) continue;
                scan(*table, "", [&, &own = view](RowEditor& row) { return is_needed(own, row); });
                is_changed = true;
            }
        }
    }

    bool is_needed(const View& view, RowEditor& row) {
        return std::ranges::any_of(view.referred, [&](const Referred& referred) {
            const auto value = key(row, referred.places);
            return value && sets_.contains(referred.needed, *value);
        });
    }

    /// Rows of tables besides, of which everything that they refer to has come along.
    void look_besides() {
        for (bool is_changed = true; is_changed;) {
            is_changed = false;
            for (const auto* table : subset_.besides_) {
                auto& view = views_.at(table);
                const auto is_wanted = [&](RowEditor& row) { return is_complete(view, row); };
                is_changed = scan(*table, "", is_wanted) || is_changed;
            }
        }
    }

    bool is_complete(const View& view, RowEditor& row) {
        return std::ranges::all_of(view.references, [&](const Reference& reference) {
            const auto value = key(row, reference.places);
            return !value || sets_.contains(reference.kept, *value);
        });
    }

    void report(const Table& table, std::uint64_t rows) {
        context_.check_cancelled("choosing rows");
        context_.progress.on({.phase = "choose rows",
                              .item = table.name,
                              .done = rows,
                              .total = 0,
                              .unit = ProgressUnit::rows});
    }

    const Subset& subset_;
    Connection& source_;
    KeySets sets_;
    const Context& context_;
    std::map<std::string, std::size_t> sets_by_name_;
    std::map<const Table*, View> views_;
    std::string buffer_;
};

void Subset::choose(Connection& source, const Context& context) {
    create_directories_durably(parts_.directory);
    const auto scratch = open(true);
    scratch->query_text("pragma journal_mode = memory");
    scratch->execute("pragma synchronous = off");
    KeySets::make(*scratch);
    Transaction work(*scratch);
    Chooser(*this, source, *scratch, context).run();
    work.commit();
}

std::unique_ptr<RowTransform> Subset::filter(std::string_view schema, std::string_view table,
                                             const std::vector<std::string>& columns) const {
    for (const auto& one : parts_.catalog.tables) {
        if (one.schema != schema || !equals_ignore_case(one.name, table)) continue;
        const auto* root = root_of(parts_.catalog, &one);
        if (!narrowed_.contains(root)) return nullptr;
        return make_key_filter(open(false), numbers_.at(root),
                               places_of(identity_of(*root), columns), hash_);
    }
    return nullptr;
}

}  // namespace keel
