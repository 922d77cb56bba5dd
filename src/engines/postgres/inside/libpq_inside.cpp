#include "engines/postgres/libpq.hpp"

// The table of a libpq that is linked into the program.
namespace keel::postgres {
namespace {

constexpr Libpq table{
    .lib_version = ::PQlibVersion,
    .freemem = ::PQfreemem,
    .conninfo_parse = ::PQconninfoParse,
    .conninfo_free = ::PQconninfoFree,
    .conndefaults = ::PQconndefaults,
    .conninfo = ::PQconninfo,
    .connect_start = ::PQconnectStartParams,
    .connect_poll = ::PQconnectPoll,
    .finish = ::PQfinish,
    .status = ::PQstatus,
    .error_message = ::PQerrorMessage,
    .socket = ::PQsocket,
    .db = ::PQdb,
    .user = ::PQuser,
    .pass = ::PQpass,
    .host = ::PQhost,
    .hostaddr = ::PQhostaddr,
    .port = ::PQport,
    .backend_pid = ::PQbackendPID,
    .server_version = ::PQserverVersion,
    .transaction_status = ::PQtransactionStatus,
    .set_nonblocking = ::PQsetnonblocking,
    .set_error_verbosity = ::PQsetErrorVerbosity,
    .set_notice_receiver = ::PQsetNoticeReceiver,
    .register_event_proc = ::PQregisterEventProc,
    .set_instance_data = ::PQsetInstanceData,
    .instance_data = ::PQinstanceData,
    .get_cancel = ::PQgetCancel,
    .free_cancel = ::PQfreeCancel,
    .cancel = ::PQcancel,
    .send_query = ::PQsendQuery,
    .send_query_params = ::PQsendQueryParams,
    .send_prepare = ::PQsendPrepare,
    .set_single_row_mode = ::PQsetSingleRowMode,
    .flush = ::PQflush,
    .consume_input = ::PQconsumeInput,
    .is_busy = ::PQisBusy,
    .get_result = ::PQgetResult,
    .enter_pipeline_mode = ::PQenterPipelineMode,
    .exit_pipeline_mode = ::PQexitPipelineMode,
    .pipeline_sync = ::PQpipelineSync,
    .get_copy_data = ::PQgetCopyData,
    .put_copy_data = ::PQputCopyData,
    .put_copy_end = ::PQputCopyEnd,
    .clear = ::PQclear,
    .result_status = ::PQresultStatus,
    .result_error_message = ::PQresultErrorMessage,
    .result_error_field = ::PQresultErrorField,
    .cmd_status = ::PQcmdStatus,
    .cmd_tuples = ::PQcmdTuples,
    .ntuples = ::PQntuples,
    .nfields = ::PQnfields,
    .fname = ::PQfname,
    .ftype = ::PQftype,
    .getisnull = ::PQgetisnull,
    .getvalue = ::PQgetvalue,
    .getlength = ::PQgetlength,
};

}  // namespace

const Libpq& libpq() {
    return table;
}

}  // namespace keel::postgres
