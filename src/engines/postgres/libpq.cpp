#include "engines/postgres/libpq.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/error.hpp"

namespace keel::postgres {
namespace {

class Library {
  public:
    explicit Library(const char* name) : name_(name), handle_(::dlopen(name, RTLD_LAZY)) {
        if (handle_ != nullptr) return;
        const char* reason = ::dlerror();
        throw Error(ErrorKind::unsupported,
                    fmt::format("cannot load PostgreSQL's client library: {}",
                                reason == nullptr ? name : reason))
            .with_hint("install it: apt install libpq5");
    }

    template <typename Function>
    void find(const char* symbol, Function& function) const {
        function = reinterpret_cast<Function>(::dlsym(handle_, symbol));
        if (function != nullptr) return;
        throw Error(ErrorKind::unsupported,
                    fmt::format("{} has no {}: libpq 14 or newer is needed", name_, symbol))
            .with_hint("install a newer one: apt install libpq5");
    }

  private:
    const char* name_;
    void* handle_;  // never closed: libpq's own libraries do not survive being unloaded
};

void find_connection_functions(const Library& library, Libpq& table) {
    library.find("PQlibVersion", table.lib_version);
    library.find("PQfreemem", table.freemem);
    library.find("PQconninfoParse", table.conninfo_parse);
    library.find("PQconninfoFree", table.conninfo_free);
    library.find("PQconndefaults", table.conndefaults);
    library.find("PQconninfo", table.conninfo);
    library.find("PQconnectStartParams", table.connect_start);
    library.find("PQconnectPoll", table.connect_poll);
    library.find("PQfinish", table.finish);
    library.find("PQstatus", table.status);
    library.find("PQerrorMessage", table.error_message);
    library.find("PQsocket", table.socket);
    library.find("PQdb", table.db);
    library.find("PQuser", table.user);
    library.find("PQpass", table.pass);
    library.find("PQhost", table.host);
    library.find("PQhostaddr", table.hostaddr);
    library.find("PQport", table.port);
    library.find("PQbackendPID", table.backend_pid);
    library.find("PQserverVersion", table.server_version);
    library.find("PQtransactionStatus", table.transaction_status);
    library.find("PQsetnonblocking", table.set_nonblocking);
    library.find("PQsetErrorVerbosity", table.set_error_verbosity);
    library.find("PQsetNoticeReceiver", table.set_notice_receiver);
    library.find("PQregisterEventProc", table.register_event_proc);
    library.find("PQsetInstanceData", table.set_instance_data);
    library.find("PQinstanceData", table.instance_data);
    library.find("PQgetCancel", table.get_cancel);
    library.find("PQfreeCancel", table.free_cancel);
    library.find("PQcancel", table.cancel);
}

void find_statement_functions(const Library& library, Libpq& table) {
    library.find("PQsendQuery", table.send_query);
    library.find("PQsendQueryParams", table.send_query_params);
    library.find("PQsendPrepare", table.send_prepare);
    library.find("PQsetSingleRowMode", table.set_single_row_mode);
    library.find("PQflush", table.flush);
    library.find("PQconsumeInput", table.consume_input);
    library.find("PQisBusy", table.is_busy);
    library.find("PQgetResult", table.get_result);
    library.find("PQenterPipelineMode", table.enter_pipeline_mode);
    library.find("PQexitPipelineMode", table.exit_pipeline_mode);
    library.find("PQpipelineSync", table.pipeline_sync);
    library.find("PQgetCopyData", table.get_copy_data);
    library.find("PQputCopyData", table.put_copy_data);
    library.find("PQputCopyEnd", table.put_copy_end);
}

void find_result_functions(const Library& library, Libpq& table) {
    library.find("PQclear", table.clear);
    library.find("PQresultStatus", table.result_status);
    library.find("PQresultErrorMessage", table.result_error_message);
    library.find("PQresultErrorField", table.result_error_field);
    library.find("PQcmdStatus", table.cmd_status);
    library.find("PQcmdTuples", table.cmd_tuples);
    library.find("PQntuples", table.ntuples);
    library.find("PQnfields", table.nfields);
    library.find("PQfname", table.fname);
    library.find("PQftype", table.ftype);
    library.find("PQgetisnull", table.getisnull);
    library.find("PQgetvalue", table.getvalue);
    library.find("PQgetlength", table.getlength);
}

Libpq load() {
    const Library library(KEEL_LIBPQ_NAME);
    Libpq table{};
    find_connection_functions(library, table);
    find_statement_functions(library, table);
    find_result_functions(library, table);
    return table;
}

}  // namespace

const Libpq& libpq() {
    static const Libpq table = load();  // tried again at the next call when it throws
    return table;
}

}  // namespace keel::postgres
