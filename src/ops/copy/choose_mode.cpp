#include "ops/copy/choose_mode.hpp"

#include "base/error.hpp"
#include "config/masking.hpp"
#include "ops/copy/copy.hpp"
#include "ops/copy/copy_rows.hpp"
#include "ops/copy/copy_schema.hpp"
#include "ops/copy/request.hpp"
#include "ops/kit/operation_context.hpp"

namespace keel {
namespace {

/// Which way it is turns out once both environments are known.
class Copy final : public Operation {
  public:
    explicit Copy(const OptionValues& options)
        : options_(options), request_(read_copy_request(options)) {}

    Plan plan(OperationContext& context) override { return way(context).plan(context); }
    void apply(OperationContext& context, Report& report) override {
        way(context).apply(context, report);
    }
    void verify(OperationContext& context, Report& report) override {
        way(context).verify(context, report);
    }
    void nothing_to_do(OperationContext& context, Report& report) override {
        way(context).nothing_to_do(context, report);
    }

  private:
    Operation& way(OperationContext& context) {
        if (!way_) way_ = make_way(context);
        return *way_;
    }

    std::unique_ptr<Operation> make_way(OperationContext& context) const {
        const auto source = context.project().environment(request_.source).url.engine();
        const bool is_one_engine = source == context.environment().url.engine();
        switch (request_.mode) {
            case CopyRequest::Mode::full:
                return is_one_engine && !compares_changed_rows(context)
                           ? make_full_copy(options_)
                           : make_copy_rows(request_, options_);
            case CopyRequest::Mode::rows:
            case CopyRequest::Mode::merge:
                return make_copy_rows(request_, options_);
            case CopyRequest::Mode::schema:
                return make_copy_schema(request_);
        }
        throw Error(ErrorKind::internal, "unknown mode of copying");
    }

    /// Rows that were changed on their way are compared as they would be changed.
    bool compares_changed_rows(OperationContext& context) const {
        if (!request_.verify_only) return false;
        if (options_.flag("subset") || options_.has("where")) return true;
        return !options_.flag("no-mask") &&
               !load_mask_settings(context.invocation().overrides, context.variables())
                    .columns.empty();
    }

    OptionValues options_;
    CopyRequest request_;
    std::unique_ptr<Operation> way_;
};

}  // namespace

std::unique_ptr<Operation> make_copy(const OptionValues& options) {
    return std::make_unique<Copy>(options);
}

}  // namespace keel
