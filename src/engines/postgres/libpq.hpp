#pragma once

#include <libpq-events.h>
#include <libpq-fe.h>

#include <memory>

namespace keel::postgres {

/// The functions of libpq that Keel uses. They are looked up when the first connection is made:
/// loading libpq brings some twenty libraries with it, which no command without PostgreSQL pays.
struct Libpq {
    decltype(&::PQlibVersion) lib_version;
    decltype(&::PQfreemem) freemem;

    decltype(&::PQconninfoParse) conninfo_parse;
    decltype(&::PQconninfoFree) conninfo_free;
    decltype(&::PQconndefaults) conndefaults;
    decltype(&::PQconninfo) conninfo;

    decltype(&::PQconnectStartParams) connect_start;
    decltype(&::PQconnectPoll) connect_poll;
    decltype(&::PQfinish) finish;
    decltype(&::PQstatus) status;
    decltype(&::PQerrorMessage) error_message;
    decltype(&::PQsocket) socket;
    decltype(&::PQdb) db;
    decltype(&::PQuser) user;
    decltype(&::PQpass) pass;
    decltype(&::PQhost) host;
    decltype(&::PQhostaddr) hostaddr;
    decltype(&::PQport) port;
    decltype(&::PQbackendPID) backend_pid;
    decltype(&::PQserverVersion) server_version;
    decltype(&::PQtransactionStatus) transaction_status;
    decltype(&::PQsetnonblocking) set_nonblocking;
    decltype(&::PQsetErrorVerbosity) set_error_verbosity;
    decltype(&::PQsetNoticeReceiver) set_notice_receiver;
    decltype(&::PQregisterEventProc) register_event_proc;
    decltype(&::PQsetInstanceData) set_instance_data;
    decltype(&::PQinstanceData) instance_data;
    decltype(&::PQgetCancel) get_cancel;
    decltype(&::PQfreeCancel) free_cancel;
    decltype(&::PQcancel) cancel;

    decltype(&::PQsendQuery) send_query;
    decltype(&::PQsendQueryParams) send_query_params;
    decltype(&::PQsendPrepare) send_prepare;
    decltype(&::PQsetSingleRowMode) set_single_row_mode;
    decltype(&::PQflush) flush;
    decltype(&::PQconsumeInput) consume_input;
    decltype(&::PQisBusy) is_busy;
    decltype(&::PQgetResult) get_result;
    decltype(&::PQenterPipelineMode) enter_pipeline_mode;
    decltype(&::PQexitPipelineMode) exit_pipeline_mode;
    decltype(&::PQpipelineSync) pipeline_sync;

    decltype(&::PQgetCopyData) get_copy_data;
    decltype(&::PQputCopyData) put_copy_data;
    decltype(&::PQputCopyEnd) put_copy_end;

    decltype(&::PQclear) clear;
    decltype(&::PQresultStatus) result_status;
    decltype(&::PQresultErrorMessage) result_error_message;
    decltype(&::PQresultErrorField) result_error_field;
    decltype(&::PQcmdStatus) cmd_status;
    decltype(&::PQcmdTuples) cmd_tuples;
    decltype(&::PQntuples) ntuples;
    decltype(&::PQnfields) nfields;
    decltype(&::PQfname) fname;
    decltype(&::PQftype) ftype;
    decltype(&::PQgetisnull) getisnull;
    decltype(&::PQgetvalue) getvalue;
    decltype(&::PQgetlength) getlength;
};

/// Loads libpq at the first call; it stays for the life of the process. Thread-safe. Throws
/// ErrorKind::unsupported when it is not installed or too old.
const Libpq& libpq();

struct ConnectionCloser {
    void operator()(PGconn* connection) const noexcept { libpq().finish(connection); }
};
struct ResultClearer {
    void operator()(PGresult* result) const noexcept { libpq().clear(result); }
};
struct CancelFreer {
    void operator()(PGcancel* cancel) const noexcept { libpq().free_cancel(cancel); }
};
struct ConninfoFreer {
    void operator()(PQconninfoOption* options) const noexcept { libpq().conninfo_free(options); }
};
struct MemoryFreer {
    void operator()(char* memory) const noexcept { libpq().freemem(memory); }
};
using ConnectionHandle = std::unique_ptr<PGconn, ConnectionCloser>;
using ResultHandle = std::unique_ptr<PGresult, ResultClearer>;
using CancelHandle = std::unique_ptr<PGcancel, CancelFreer>;
using ConninfoHandle = std::unique_ptr<PQconninfoOption, ConninfoFreer>;
using MemoryHandle = std::unique_ptr<char, MemoryFreer>;

}  // namespace keel::postgres
