#ifndef WEIR_CNGHTTP2_H
#define WEIR_CNGHTTP2_H

// A session of libnghttp2 whose callbacks append to a tape instead of calling back into Swift.
//
// `weir_h2_receive` reads frames and appends what they say; `weir_h2_produce` writes frames and appends what was written. Places are
// offsets into one mapping of the caller ("memory", whose base is given with each call and never kept): input, output, bodies, header bytes.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What an event says.
static const uint8_t WEIR_H2_REQUEST = 1;        // first, count: fields
static const uint8_t WEIR_H2_INFORMATIONAL = 2;  // first, count: fields
static const uint8_t WEIR_H2_RESPONSE = 3;       // first, count: fields
static const uint8_t WEIR_H2_TRAILERS = 4;       // first, count: fields
static const uint8_t WEIR_H2_DATA = 5;           // first, count: bytes of the input
static const uint8_t WEIR_H2_END = 6;            // the peer's side of the stream ended with a DATA frame
static const uint8_t WEIR_H2_CLOSED = 7;         // first: error code; nothing more comes for the stream
static const uint8_t WEIR_H2_SENT = 8;           // count: bytes of the body that were copied to the output

static const uint8_t WEIR_H2_FINISHED = 9;       // our side of the stream ended with a frame that was written

static const uint8_t WEIR_H2_FLAG_END = 1;       // of a head: the peer's side ended with it
static const uint8_t WEIR_H2_FLAG_OVERSIZE = 2;  // of a head: fields past the limits were dropped

static const uint8_t WEIR_H2_NEVER_INDEX = 1;  // of a field: no compression context may keep it

static const uint32_t WEIR_H2_NO_TAG = UINT32_MAX;

// Errors of the library that the caller tells apart.
static const int32_t WEIR_H2_OUT_OF_MEMORY = -901;
static const int32_t WEIR_H2_BAD_PREFACE = -903;
static const int32_t WEIR_H2_TOO_MANY_CONTINUATIONS = -905;

typedef struct {
  uint8_t kind;
  uint8_t flags;
  uint32_t stream;
  uint32_t slot;
  uint32_t first;
  uint32_t count;
} weir_h2_event;

typedef struct {
  uint32_t name_start;
  uint32_t value_start;
  uint32_t value_count;
  uint16_t name_count;
  uint8_t flags;
} weir_h2_field;

// Events and fields of one call; header bytes lie in the arena, a part of the memory.
typedef struct {
  weir_h2_event *events;
  weir_h2_field *fields;
  uint32_t event_count;
  uint32_t field_count;
  uint32_t arena_start;
  uint32_t arena_count;
  uint32_t arena_used;
} weir_h2_tape;

typedef struct {
  uint32_t fields_max;         // in a header list
  uint32_t list_bytes_max;     // of a header list: names + values + 32 a field
  uint32_t streams_max;        // that the peer may have open, and that may be at work at once
  uint32_t stream_window;      // bytes
  uint32_t connection_window;  // bytes
} weir_h2_limits;

typedef struct weir_h2_session weir_h2_session;

// The least arena that a tape needs for header lists of `list_bytes_max`.
static inline uint32_t weir_h2_arena_bytes_min(uint32_t list_bytes_max) { return 2 * list_bytes_max; }

weir_h2_tape *weir_h2_tape_new(uint32_t arena_start, uint32_t arena_count);
void weir_h2_tape_free(weir_h2_tape *tape);

weir_h2_session *weir_h2_new(bool is_server, weir_h2_limits limits);
void weir_h2_free(weir_h2_session *session);

// Reads frames until the input is consumed or the tape has no room. 0: all consumed; 1: call again with the rest (which may be empty);
// below 0: the session is lost (an error of nghttp2).
int weir_h2_receive(
    weir_h2_session *session, weir_h2_tape *tape, uint8_t *memory, uint32_t start, uint32_t count, uint32_t *consumed);

// Writes frames. 0: everything that can be sent now is written; 1: there is more than the room takes; below 0: lost.
int weir_h2_produce(
    weir_h2_session *session, weir_h2_tape *tape, uint8_t *memory, uint32_t start, uint32_t room, uint32_t *produced);

// The stream, or an error of nghttp2 below 0. The slot is written for a stream.
int32_t weir_h2_submit_request(
    weir_h2_session *session, const uint8_t *memory, const weir_h2_field *fields, size_t count, bool ends,
    uint32_t *slot);
int weir_h2_submit_response(
    weir_h2_session *session, uint32_t stream, uint32_t slot, const uint8_t *memory, const weir_h2_field *fields,
    size_t count, bool ends);
int weir_h2_submit_informational(
    weir_h2_session *session, uint32_t stream, uint32_t slot, const uint8_t *memory, const weir_h2_field *fields,
    size_t count);
// Ends the body with trailers once what it holds was sent; they are copied.
int weir_h2_submit_trailers(
    weir_h2_session *session, uint32_t stream, uint32_t slot, const uint8_t *memory, const weir_h2_field *fields,
    size_t count);
// What is left of the body to send; replaces what was said before and resumes.
int weir_h2_set_body(
    weir_h2_session *session, uint32_t stream, uint32_t slot, uint32_t start, uint32_t count, bool ends);
// Bytes of the body that were not sent; 0 for a stream that is gone.
uint32_t weir_h2_body_count(const weir_h2_session *session, uint32_t stream, uint32_t slot);

// RST_STREAM; from now on the tape says nothing of the stream.
int weir_h2_reset(weir_h2_session *session, uint32_t stream, uint32_t slot, uint32_t code);
// Drops what the peer still sends on a stream that was answered, as far as its window goes: the tape says nothing more of it. False when
// the stream is gone.
bool weir_h2_linger(weir_h2_session *session, uint32_t stream, uint32_t slot, uint64_t now);
// Resets streams that linger since `mark` or before, and tells since when the first of the others does; 0: none.
uint64_t weir_h2_reset_lingering(weir_h2_session *session, uint64_t mark);
int weir_h2_credit_stream(weir_h2_session *session, uint32_t stream, uint32_t slot, uint32_t count);
int weir_h2_credit_connection(weir_h2_session *session, uint32_t count);

bool weir_h2_set_tag(weir_h2_session *session, uint32_t stream, uint32_t slot, uint32_t tag);
uint32_t weir_h2_tag(const weir_h2_session *session, uint32_t stream, uint32_t slot);
// The tag of the first stream at or behind a place that has one; the place behind it is written.
uint32_t weir_h2_next_tag(const weir_h2_session *session, uint32_t *place);

int weir_h2_ping(weir_h2_session *session);
int weir_h2_shutdown_notice(weir_h2_session *session);
// GOAWAY with the last stream that was taken: streams up to it are served to their end.
int weir_h2_goaway(weir_h2_session *session, uint32_t code);
// GOAWAY, and nothing after it in either direction.
int weir_h2_terminate(weir_h2_session *session, uint32_t code);

// Streams whose body, or its end, the peer's window holds up are marked with `now`, if they were not; the earliest mark, or 0.
uint64_t weir_h2_mark_stalled(weir_h2_session *session, uint64_t now);
// Resets with CANCEL those marked at or before `mark` which sent less than `bytes_min` since; marks the others with `now`. How many.
uint32_t weir_h2_reset_stalled(weir_h2_session *session, uint64_t mark, uint64_t now, uint32_t bytes_min);

// An exchange for a stream of the peer has ended, perhaps long after the stream.
void weir_h2_finish_exchange(weir_h2_session *session);

typedef struct {
  uint32_t exchanges;           // streams of the peer that were announced and not finished
  uint32_t open_streams;        // slots in use
  uint32_t held_bytes;          // by the library and this session
  uint32_t remote_streams_max;  // that the peer lets us open
  uint32_t goaway_last_stream;  // of the peer's last GOAWAY
  uint32_t goaway_code;
  bool has_settings;            // the peer's first SETTINGS arrived
  bool has_goaway;              // the peer sent GOAWAY
  bool wants_read;
  bool wants_write;
  bool can_request;             // a further stream may be opened
} weir_h2_state;

weir_h2_state weir_h2_get_state(weir_h2_session *session);
// What all sessions that this thread made hold; a session belongs to one thread.
int64_t weir_h2_memory_of_thread(void);

// What happened since it was last asked.
typedef struct {
  uint32_t invalid_frames;    // received
  uint32_t resets_sent;       // RST_STREAM
  uint32_t blocks_taken;      // header blocks that were announced, refused or invalid; others were ignored
  uint32_t data_frames_sent;  // not empty
  uint32_t ping_answers;      // PING with ACK
  bool is_list_excessive;     // a header list past four times its limit; GOAWAY is queued
} weir_h2_counts;

weir_h2_counts weir_h2_take_counts(weir_h2_session *session);
/// Gives the next stream that a client opens this number, odd and above those before.
void weir_h2_skip_streams(weir_h2_session *session, uint32_t next);

#endif
