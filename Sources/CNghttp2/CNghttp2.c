#include "CNghttp2.h"

#include <malloc.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

enum {
  EVENTS_MAX = 1024,
  // Frames that cannot pause reading (RST_STREAM, the end of a header block) still find room for their event.
  EVENTS_RESERVE = 2 * 256,
  FIELDS_MAX = 4096,
  LIST_FIELDS_MAX = 256,
  SLOTS_MAX = 256,
  INLINE_SLOTS = 4,
  FRAME_HEAD = 9,
  // Less room than this in the output is left unused rather than filled with a tiny DATA frame.
  DATA_MIN = 1024,
  EXCESSIVE_LISTS = 4,
};

enum {
  SLOT_ANNOUNCED = 1,  // its head was put on a tape
  SLOT_MUTED = 2,      // of no more interest to the caller: the tape says nothing of it
  SLOT_CLOSED = 4,     // gone; kept until the next call, so that the tape can be read
  SLOT_BODY = 8,       // has a data source
  SLOT_ENDED = 16,     // the body ends with what it holds
  SLOT_FINAL = 32,     // the final response head was received
  SLOT_PEERS = 64,     // opened by the peer
  SLOT_SENT = 128,     // our side of it has ended on the wire
};

typedef struct {
  uint32_t count;
  weir_h2_field fields[];  // offsets into the bytes behind them
} field_block;

typedef struct {
  uint32_t stream;  // 0: free
  uint32_t tag;
  uint32_t body_start;
  uint32_t body_count;
  uint32_t sent_since_stall;
  uint32_t owed;  // bytes received and not credited
  uint32_t flags;
  uint64_t stalled_since;  // 0: not
  uint64_t lingers_since;  // 0: not
  field_block *trailers;
} slot_t;

struct weir_h2_session {
  nghttp2_session *session;
  weir_h2_limits limits;
  bool is_server;

  slot_t *slots;
  uint32_t slot_capacity;
  uint32_t slots_used;
  uint32_t slots_closed;
  uint32_t exchanges;
  size_t held_bytes;

  // The header block being received; between calls its fields are in `carried`.
  bool is_list_open;
  bool is_list_oversize;
  bool is_list_informational;
  uint32_t list_first;
  uint32_t list_fields;
  uint32_t list_bytes;
  field_block *carried;

  // Valid during a call only.
  weir_h2_tape *tape;
  uint8_t *memory;
  uint8_t *out;
  uint32_t out_room;
  uint32_t out_count;
  bool is_full;
  bool is_paused;

  // A frame of the library that did not fit; valid until its next call of mem_send.
  const uint8_t *pending;
  size_t pending_count;

  bool has_settings;
  bool has_goaway;
  uint32_t goaway_last_stream;
  uint32_t goaway_code;
  weir_h2_counts counts;

  slot_t inline_slots[INLINE_SLOTS];
};

_Static_assert(NGHTTP2_ERR_NOMEM == -901 && NGHTTP2_ERR_BAD_CLIENT_MAGIC == -903, "the header names them");

// -- memory: everything is counted

static _Thread_local int64_t held_by_thread;

static void charge(weir_h2_session *s, int64_t bytes) {
  s->held_bytes += bytes;
  held_by_thread += bytes;
}

static void *counted(weir_h2_session *s, void *pointer) {
  if (pointer) charge(s, (int64_t)malloc_usable_size(pointer));
  return pointer;
}

static void *h2_malloc(size_t size, void *data) { return counted(data, malloc(size)); }
static void *h2_calloc(size_t count, size_t size, void *data) { return counted(data, calloc(count, size)); }

static void h2_free(void *pointer, void *data) {
  if (pointer) charge(data, -(int64_t)malloc_usable_size(pointer));
  free(pointer);
}

static void *h2_realloc(void *pointer, size_t size, void *data) {
  weir_h2_session *s = data;
  int64_t old = pointer ? (int64_t)malloc_usable_size(pointer) : 0;
  void *new = realloc(pointer, size);
  if (new || size == 0) charge(s, -old);
  return counted(s, new);
}

weir_h2_tape *weir_h2_tape_new(uint32_t arena_start, uint32_t arena_count) {
  weir_h2_tape *tape = calloc(1, sizeof *tape);
  if (!tape) return NULL;
  tape->events = calloc(EVENTS_MAX, sizeof *tape->events);
  tape->fields = calloc(FIELDS_MAX, sizeof *tape->fields);
  tape->arena_start = arena_start;
  tape->arena_count = arena_count;
  if (tape->events && tape->fields) return tape;
  weir_h2_tape_free(tape);
  return NULL;
}

void weir_h2_tape_free(weir_h2_tape *tape) {
  if (!tape) return;
  free(tape->events);
  free(tape->fields);
  free(tape);
}

// -- slots

static slot_t *slot_at(const weir_h2_session *s, uint32_t stream, uint32_t slot) {
  if (slot >= s->slot_capacity || stream == 0 || s->slots[slot].stream != stream) return NULL;
  return &s->slots[slot];
}

static slot_t *slot_open(const weir_h2_session *s, uint32_t stream, uint32_t slot) {
  slot_t *found = slot_at(s, stream, slot);
  return found && !(found->flags & (SLOT_CLOSED | SLOT_MUTED)) ? found : NULL;
}

static slot_t *slot_of(weir_h2_session *s, int32_t stream) {
  uintptr_t place = (uintptr_t)nghttp2_session_get_stream_user_data(s->session, stream);
  return place == 0 ? NULL : slot_at(s, (uint32_t)stream, (uint32_t)(place - 1));
}

static uint32_t index_of(const weir_h2_session *s, const slot_t *slot) { return (uint32_t)(slot - s->slots); }

static bool grow_slots(weir_h2_session *s) {
  uint32_t capacity = 4 * s->slot_capacity;
  if (capacity > SLOTS_MAX) return false;
  slot_t *slots = h2_calloc(capacity, sizeof *slots, s);
  if (!slots) return false;
  memcpy(slots, s->slots, s->slot_capacity * sizeof *slots);
  if (s->slots != s->inline_slots) h2_free(s->slots, s);
  s->slots = slots;
  s->slot_capacity = capacity;
  return true;
}

// A free slot, not yet in use; NULL when there is none.
static slot_t *slot_take(weir_h2_session *s) {
  if (s->slots_used == s->slot_capacity && !grow_slots(s)) return NULL;
  for (uint32_t i = 0; i < s->slot_capacity; i++)
    if (s->slots[i].stream == 0) return &s->slots[i];
  return NULL;
}

static void slot_use(weir_h2_session *s, slot_t *slot, uint32_t stream, uint32_t flags) {
  *slot = (slot_t){.stream = stream, .tag = WEIR_H2_NO_TAG, .flags = flags};
  s->slots_used++;
}

// Forgets streams that closed before this call.
static void recycle(weir_h2_session *s) {
  if (s->slots_closed == 0) return;
  for (uint32_t i = 0; i < s->slot_capacity; i++) {
    slot_t *slot = &s->slots[i];
    if (slot->stream == 0 || !(slot->flags & SLOT_CLOSED)) continue;
    *slot = (slot_t){0};
    s->slots_used--;
  }
  s->slots_closed = 0;
  if (s->slots_used == 0 && s->slots != s->inline_slots) {
    h2_free(s->slots, s);
    s->slots = s->inline_slots;
    s->slot_capacity = INLINE_SLOTS;
    memset(s->inline_slots, 0, sizeof s->inline_slots);
  }
}

// -- tape

static int append(weir_h2_session *s, uint8_t kind, const slot_t *slot, uint8_t flags, uint32_t first, uint32_t count) {
  weir_h2_tape *tape = s->tape;
  if (!tape || tape->event_count == EVENTS_MAX) return NGHTTP2_ERR_CALLBACK_FAILURE;
  tape->events[tape->event_count++] = (weir_h2_event){
      .kind = kind, .flags = flags, .stream = slot->stream, .slot = index_of(s, slot), .first = first, .count = count};
  return 0;
}

static bool tape_is_short(const weir_h2_session *s) { return s->tape->event_count >= EVENTS_MAX - EVENTS_RESERVE; }

static bool arena_is_short(const weir_h2_session *s) {
  return s->tape->arena_count - s->tape->arena_used < s->limits.list_bytes_max ||
         FIELDS_MAX - s->tape->field_count < LIST_FIELDS_MAX;
}

static int pause_reading(weir_h2_session *s) {
  s->is_paused = true;
  return NGHTTP2_ERR_PAUSE;
}

// -- header blocks that span calls

static void tape_start(weir_h2_session *s, weir_h2_tape *tape, uint8_t *memory) {
  s->tape = tape;
  s->memory = memory;
  tape->event_count = tape->field_count = tape->arena_used = 0;
  s->list_first = 0;
  field_block *block = s->carried;
  if (!block) return;
  const uint8_t *bytes = (const uint8_t *)(block->fields + block->count);
  for (uint32_t i = 0; i < block->count; i++) {
    weir_h2_field *field = &tape->fields[tape->field_count++];
    *field = block->fields[i];
    uint32_t size = field->name_count + field->value_count;
    field->name_start = tape->arena_start + tape->arena_used;
    field->value_start = field->name_start + field->name_count;
    memcpy(memory + field->name_start, bytes, size);
    bytes += size;
    tape->arena_used += size;
  }
  h2_free(block, s);
  s->carried = NULL;
}

// Copies fields and their bytes to the heap.
static field_block *copy_fields(weir_h2_session *s, const uint8_t *memory, const weir_h2_field *fields, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += fields[i].name_count + (size_t)fields[i].value_count;
  field_block *block = h2_malloc(sizeof *block + count * sizeof *fields + size, s);
  if (!block) return NULL;
  block->count = (uint32_t)count;
  uint8_t *start = (uint8_t *)(block->fields + count), *bytes = start;
  for (size_t i = 0; i < count; i++) {
    weir_h2_field *field = &block->fields[i];
    *field = fields[i];
    memcpy(bytes, memory + fields[i].name_start, field->name_count);
    field->name_start = (uint32_t)(bytes - start);
    bytes += field->name_count;
    memcpy(bytes, memory + fields[i].value_start, field->value_count);
    field->value_start = (uint32_t)(bytes - start);
    bytes += field->value_count;
  }
  return block;
}

static int tape_end(weir_h2_session *s) {
  weir_h2_tape *tape = s->tape;
  uint8_t *memory = s->memory;
  s->tape = NULL;
  s->memory = NULL;
  if (!s->is_list_open || tape->field_count == s->list_first) return 0;
  s->carried = copy_fields(s, memory, tape->fields + s->list_first, tape->field_count - s->list_first);
  return s->carried ? 0 : NGHTTP2_ERR_NOMEM;
}

// -- receiving

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
  weir_h2_session *s = data;
  s->is_list_open = true;
  s->is_list_oversize = s->is_list_informational = false;
  s->list_first = s->tape->field_count;
  s->list_fields = s->list_bytes = 0;
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;

  slot_t *slot = s->exchanges < s->limits.streams_max ? slot_take(s) : NULL;
  if (!slot) {
    s->is_list_open = false;
    s->counts.blocks_taken++;
    int error = nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
    return error ? NGHTTP2_ERR_CALLBACK_FAILURE : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  slot_use(s, slot, (uint32_t)frame->hd.stream_id, SLOT_PEERS);
  nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, (void *)(uintptr_t)(index_of(s, slot) + 1));
  return 0;
}

static int on_header(
    nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_count, const uint8_t *value,
    size_t value_count, uint8_t flags, void *data) {
  weir_h2_session *s = data;
  weir_h2_tape *tape = s->tape;
  s->list_fields += 1;
  s->list_bytes += (uint32_t)(name_count + value_count + 32);
  if (s->list_bytes > EXCESSIVE_LISTS * s->limits.list_bytes_max ||
      s->list_fields > EXCESSIVE_LISTS * s->limits.fields_max) {
    s->counts.is_list_excessive = true;
    if (nghttp2_session_terminate_session(session, NGHTTP2_ENHANCE_YOUR_CALM)) return NGHTTP2_ERR_CALLBACK_FAILURE;
    return pause_reading(s);
  }
  if (s->list_bytes > s->limits.list_bytes_max || s->list_fields > s->limits.fields_max) {
    s->is_list_oversize = true;
    return 0;
  }
  // Reading pauses below before there is less room than a whole list may need.
  uint32_t start = tape->arena_start + tape->arena_used;
  memcpy(s->memory + start, name, name_count);
  memcpy(s->memory + start + name_count, value, value_count);
  tape->arena_used += (uint32_t)(name_count + value_count);
  tape->fields[tape->field_count++] = (weir_h2_field){
      .name_start = start,
      .name_count = (uint16_t)name_count,
      .value_start = start + (uint32_t)name_count,
      .value_count = (uint32_t)value_count,
      .flags = flags & NGHTTP2_NV_FLAG_NO_INDEX ? WEIR_H2_NEVER_INDEX : 0};
  if (name_count == 7 && memcmp(name, ":status", 7) == 0) s->is_list_informational = value[0] == '1';
  return arena_is_short(s) || tape_is_short(s) ? pause_reading(s) : 0;
}

// A malformed field makes the message malformed; without this it would be dropped in silence.
static int on_invalid_header(
    nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_count, const uint8_t *value,
    size_t value_count, uint8_t flags, void *data) {
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

static int on_head(weir_h2_session *s, const nghttp2_frame *frame) {
  s->is_list_open = false;
  s->counts.blocks_taken++;
  slot_t *slot = slot_of(s, frame->hd.stream_id);
  if (!slot || slot->flags & SLOT_MUTED) return 0;
  uint8_t kind = WEIR_H2_TRAILERS;
  if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
    kind = WEIR_H2_REQUEST;
    slot->flags |= SLOT_ANNOUNCED;
    s->exchanges++;
  } else if (!s->is_server && !(slot->flags & SLOT_FINAL)) {
    kind = s->is_list_informational ? WEIR_H2_INFORMATIONAL : WEIR_H2_RESPONSE;
    if (!s->is_list_informational) slot->flags |= SLOT_FINAL;
  }
  uint8_t flags = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM ? WEIR_H2_FLAG_END : 0) |
                  (s->is_list_oversize ? WEIR_H2_FLAG_OVERSIZE : 0);
  return append(s, kind, slot, flags, s->list_first, s->tape->field_count - s->list_first);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
  weir_h2_session *s = data;
  switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
      return on_head(s, frame);
    case NGHTTP2_DATA: {
      slot_t *slot = slot_of(s, frame->hd.stream_id);
      if (!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM) || !slot || slot->flags & SLOT_MUTED) return 0;
      return append(s, WEIR_H2_END, slot, 0, 0, 0);
    }
    case NGHTTP2_SETTINGS:
      if (!(frame->hd.flags & NGHTTP2_FLAG_ACK)) s->has_settings = true;
      return 0;
    case NGHTTP2_PING:
      if (frame->hd.flags & NGHTTP2_FLAG_ACK) s->counts.ping_answers++;
      return 0;
    case NGHTTP2_GOAWAY:
      s->has_goaway = true;
      s->goaway_last_stream = (uint32_t)frame->goaway.last_stream_id;
      s->goaway_code = frame->goaway.error_code;
      return 0;
    default:
      return 0;
  }
}

static int on_invalid_frame(nghttp2_session *session, const nghttp2_frame *frame, int error, void *data) {
  weir_h2_session *s = data;
  s->counts.invalid_frames++;
  if (frame->hd.type != NGHTTP2_HEADERS) return 0;
  s->is_list_open = false;
  s->counts.blocks_taken++;
  return 0;
}

static int on_data(
    nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes, size_t count, void *data) {
  weir_h2_session *s = data;
  slot_t *slot = slot_of(s, stream);
  // Past the window the library resets the stream, but passes on what came with this frame.
  if (slot) slot->owed += (uint32_t)count;
  if (!slot || slot->flags & SLOT_MUTED || slot->owed > s->limits.stream_window) {
    return nghttp2_session_consume_connection(session, count) ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
  }
  int error = append(s, WEIR_H2_DATA, slot, 0, (uint32_t)(bytes - s->memory), (uint32_t)count);
  return error ? error : tape_is_short(s) ? pause_reading(s) : 0;
}

static int on_stream_close(nghttp2_session *session, int32_t stream, uint32_t code, void *data) {
  weir_h2_session *s = data;
  slot_t *slot = slot_of(s, stream);
  if (!slot || slot->flags & SLOT_CLOSED) return 0;
  h2_free(slot->trailers, s);
  slot->trailers = NULL;
  slot->body_count = 0;
  bool is_told = slot->flags & SLOT_ANNOUNCED && !(slot->flags & SLOT_MUTED);
  slot->flags |= SLOT_CLOSED;
  s->slots_closed++;
  return is_told ? append(s, WEIR_H2_CLOSED, slot, 0, code, 0) : 0;
}

int weir_h2_receive(
    weir_h2_session *s, weir_h2_tape *tape, uint8_t *memory, uint32_t start, uint32_t count, uint32_t *consumed) {
  recycle(s);
  tape_start(s, tape, memory);
  s->is_paused = false;
  ssize_t read = nghttp2_session_mem_recv(s->session, memory + start, count);
  int error = tape_end(s);
  *consumed = read > 0 ? (uint32_t)read : 0;
  if (read < 0) return (int)read;
  return error ? error : s->is_paused;
}

// -- sending

static ssize_t read_body(
    nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t count, uint32_t *flags,
    nghttp2_data_source *source, void *data) {
  weir_h2_session *s = data;
  slot_t *slot = slot_at(s, (uint32_t)stream, (uint32_t)source->fd);
  if (!slot) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  if (slot->body_count == 0 && !(slot->flags & SLOT_ENDED)) return NGHTTP2_ERR_DEFERRED;
  size_t size = slot->body_count < count ? slot->body_count : count;
  size_t room = s->out_room - s->out_count;
  if (tape_is_short(s) || room < FRAME_HEAD + (size < DATA_MIN ? size : DATA_MIN)) {
    s->is_full = true;
    return NGHTTP2_ERR_PAUSE;
  }
  if (size > room - FRAME_HEAD) size = room - FRAME_HEAD;
  *flags = NGHTTP2_DATA_FLAG_NO_COPY;
  if (size < slot->body_count || !(slot->flags & SLOT_ENDED)) return (ssize_t)size;
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  field_block *block = slot->trailers;
  if (!block) return (ssize_t)size;

  *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
  nghttp2_nv fields[LIST_FIELDS_MAX];
  uint8_t *bytes = (uint8_t *)(block->fields + block->count);
  for (uint32_t i = 0; i < block->count; i++)
    fields[i] = (nghttp2_nv){
        bytes + block->fields[i].name_start, bytes + block->fields[i].value_start, block->fields[i].name_count,
        block->fields[i].value_count, block->fields[i].flags ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE};
  int error = nghttp2_submit_trailer(session, stream, fields, block->count);
  h2_free(block, s);
  slot->trailers = NULL;
  return error ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : (ssize_t)size;
}

static int send_body(
    nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t count, nghttp2_data_source *source,
    void *data) {
  weir_h2_session *s = data;
  slot_t *slot = slot_at(s, (uint32_t)frame->hd.stream_id, (uint32_t)source->fd);
  if (!slot || slot->body_count < count) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  if (s->out_room - s->out_count < FRAME_HEAD + count) return NGHTTP2_ERR_WOULDBLOCK;
  memcpy(s->out + s->out_count, head, FRAME_HEAD);
  memcpy(s->out + s->out_count + FRAME_HEAD, s->memory + slot->body_start, count);
  s->out_count += FRAME_HEAD + (uint32_t)count;
  slot->body_start += (uint32_t)count;
  slot->body_count -= (uint32_t)count;
  slot->sent_since_stall += (uint32_t)count;
  if (slot->body_count == 0) slot->stalled_since = 0;
  if (count == 0) return 0;
  s->counts.data_frames_sent++;
  return slot->flags & SLOT_MUTED ? 0 : append(s, WEIR_H2_SENT, slot, 0, 0, (uint32_t)count);
}

static int on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
  weir_h2_session *s = data;
  if (frame->hd.type == NGHTTP2_RST_STREAM) s->counts.resets_sent++;
  if ((frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) ||
      !(frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
    return 0;
  slot_t *slot = slot_of(s, frame->hd.stream_id);
  if (slot) slot->flags |= SLOT_SENT;
  return slot && !(slot->flags & SLOT_MUTED) ? append(s, WEIR_H2_FINISHED, slot, 0, 0, 0) : 0;
}

// Copies as much as fits of the frame that the library holds.
static void copy_pending(weir_h2_session *s) {
  size_t room = s->out_room - s->out_count;
  size_t count = s->pending_count < room ? s->pending_count : room;
  memcpy(s->out + s->out_count, s->pending, count);
  s->out_count += (uint32_t)count;
  s->pending += count;
  s->pending_count -= count;
}

int weir_h2_produce(
    weir_h2_session *s, weir_h2_tape *tape, uint8_t *memory, uint32_t start, uint32_t room, uint32_t *produced) {
  recycle(s);
  // A header block that is being received keeps its fields in `carried`: the tape of this call is another.
  tape->event_count = tape->field_count = tape->arena_used = 0;
  s->tape = tape;
  s->memory = memory;
  s->out = memory + start;
  s->out_room = room;
  s->out_count = 0;
  s->is_full = false;
  ssize_t count = 0;
  for (;;) {
    if (s->pending_count) copy_pending(s);
    if (s->pending_count || s->is_full || tape_is_short(s)) {
      s->is_full = true;
      break;
    }
    count = nghttp2_session_mem_send(s->session, &s->pending);
    if (count <= 0) break;
    s->pending_count = (size_t)count;
  }
  *produced = s->out_count;
  s->tape = NULL;
  s->memory = s->out = NULL;
  return count < 0 ? (int)count : s->is_full;
}

static bool to_library(
    const uint8_t *memory, const weir_h2_field *fields, size_t count, nghttp2_nv out[static LIST_FIELDS_MAX]) {
  if (count > LIST_FIELDS_MAX) return false;
  for (size_t i = 0; i < count; i++)
    out[i] = (nghttp2_nv){
        (uint8_t *)memory + fields[i].name_start, (uint8_t *)memory + fields[i].value_start, fields[i].name_count,
        fields[i].value_count, fields[i].flags ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE};
  return true;
}

int32_t weir_h2_submit_request(
    weir_h2_session *s, const uint8_t *memory, const weir_h2_field *fields, size_t count, bool ends, uint32_t *place) {
  nghttp2_nv list[LIST_FIELDS_MAX];
  if (!to_library(memory, fields, count, list)) return NGHTTP2_ERR_INVALID_ARGUMENT;
  slot_t *slot = slot_take(s);
  if (!slot) return NGHTTP2_ERR_NOMEM;
  *place = index_of(s, slot);
  nghttp2_data_provider body = {.source = {.fd = (int)*place}, .read_callback = read_body};
  int32_t stream = nghttp2_submit_request(
      s->session, NULL, list, count, ends ? NULL : &body, (void *)(uintptr_t)(*place + 1));
  if (stream > 0) slot_use(s, slot, (uint32_t)stream, SLOT_ANNOUNCED | (ends ? 0 : SLOT_BODY));
  return stream;
}

int weir_h2_submit_response(
    weir_h2_session *s, uint32_t stream, uint32_t place, const uint8_t *memory, const weir_h2_field *fields,
    size_t count, bool ends) {
  nghttp2_nv list[LIST_FIELDS_MAX];
  slot_t *slot = slot_open(s, stream, place);
  if (!slot || !to_library(memory, fields, count, list)) return NGHTTP2_ERR_INVALID_ARGUMENT;
  nghttp2_data_provider body = {.source = {.fd = (int)place}, .read_callback = read_body};
  int error = nghttp2_submit_response(s->session, (int32_t)stream, list, count, ends ? NULL : &body);
  if (!error && !ends) slot->flags |= SLOT_BODY;
  return error;
}

int weir_h2_submit_informational(
    weir_h2_session *s, uint32_t stream, uint32_t place, const uint8_t *memory, const weir_h2_field *fields,
    size_t count) {
  nghttp2_nv list[LIST_FIELDS_MAX];
  if (!slot_open(s, stream, place) || !to_library(memory, fields, count, list)) return NGHTTP2_ERR_INVALID_ARGUMENT;
  return nghttp2_submit_headers(s->session, NGHTTP2_FLAG_NONE, (int32_t)stream, NULL, list, count, NULL);
}

// The library refuses to resume what was not deferred; that is no mistake here.
static int resume(weir_h2_session *s, uint32_t stream) {
  int error = nghttp2_session_resume_data(s->session, (int32_t)stream);
  return nghttp2_is_fatal(error) ? error : 0;
}

int weir_h2_submit_trailers(
    weir_h2_session *s, uint32_t stream, uint32_t place, const uint8_t *memory, const weir_h2_field *fields,
    size_t count) {
  slot_t *slot = slot_open(s, stream, place);
  if (!slot || !(slot->flags & SLOT_BODY) || slot->flags & SLOT_ENDED || count > LIST_FIELDS_MAX)
    return NGHTTP2_ERR_INVALID_ARGUMENT;
  slot->trailers = copy_fields(s, memory, fields, count);
  if (!slot->trailers) return NGHTTP2_ERR_NOMEM;
  slot->flags |= SLOT_ENDED;
  return resume(s, stream);
}

int weir_h2_set_body(
    weir_h2_session *s, uint32_t stream, uint32_t place, uint32_t start, uint32_t count, bool ends) {
  slot_t *slot = slot_open(s, stream, place);
  if (!slot || !(slot->flags & SLOT_BODY)) return NGHTTP2_ERR_INVALID_ARGUMENT;
  // What has ended may still move.
  if (slot->flags & SLOT_ENDED && count != slot->body_count) return NGHTTP2_ERR_INVALID_ARGUMENT;
  slot->body_start = start;
  slot->body_count = count;
  if (ends) slot->flags |= SLOT_ENDED;
  return count || ends ? resume(s, stream) : 0;
}

uint32_t weir_h2_body_count(const weir_h2_session *s, uint32_t stream, uint32_t place) {
  const slot_t *slot = slot_at(s, stream, place);
  return slot ? slot->body_count : 0;
}

int weir_h2_reset(weir_h2_session *s, uint32_t stream, uint32_t place, uint32_t code) {
  slot_t *slot = slot_open(s, stream, place);
  if (!slot) return 0;
  slot->flags |= SLOT_MUTED;
  slot->body_count = 0;
  return nghttp2_submit_rst_stream(s->session, NGHTTP2_FLAG_NONE, (int32_t)stream, code);
}

bool weir_h2_linger(weir_h2_session *s, uint32_t stream, uint32_t place, uint64_t now) {
  slot_t *slot = slot_open(s, stream, place);
  if (!slot) return false;
  slot->flags |= SLOT_MUTED;
  slot->lingers_since = now;
  return true;
}

uint64_t weir_h2_reset_lingering(weir_h2_session *s, uint64_t mark) {
  uint64_t earliest = 0;
  for (uint32_t i = 0; i < s->slot_capacity; i++) {
    slot_t *slot = &s->slots[i];
    if (slot->stream == 0 || slot->lingers_since == 0 || slot->flags & SLOT_CLOSED) continue;
    if (slot->lingers_since <= mark) {
      slot->lingers_since = 0;
      nghttp2_submit_rst_stream(s->session, NGHTTP2_FLAG_NONE, (int32_t)slot->stream, NGHTTP2_NO_ERROR);
    } else if (earliest == 0 || slot->lingers_since < earliest) {
      earliest = slot->lingers_since;
    }
  }
  return earliest;
}

int weir_h2_credit_stream(weir_h2_session *s, uint32_t stream, uint32_t place, uint32_t count) {
  slot_t *slot = slot_open(s, stream, place);
  if (!slot) return 0;
  slot->owed -= count < slot->owed ? count : slot->owed;
  return nghttp2_session_consume_stream(s->session, (int32_t)stream, count);
}

int weir_h2_credit_connection(weir_h2_session *s, uint32_t count) {
  return nghttp2_session_consume_connection(s->session, count);
}

bool weir_h2_set_tag(weir_h2_session *s, uint32_t stream, uint32_t place, uint32_t tag) {
  slot_t *slot = slot_at(s, stream, place);
  if (slot) slot->tag = tag;
  return slot != NULL;
}

uint32_t weir_h2_tag(const weir_h2_session *s, uint32_t stream, uint32_t place) {
  const slot_t *slot = slot_at(s, stream, place);
  return slot ? slot->tag : WEIR_H2_NO_TAG;
}

uint32_t weir_h2_next_tag(const weir_h2_session *s, uint32_t *place) {
  while (*place < s->slot_capacity) {
    const slot_t *slot = &s->slots[(*place)++];
    if (slot->stream != 0 && slot->tag != WEIR_H2_NO_TAG) return slot->tag;
  }
  return WEIR_H2_NO_TAG;
}

// Without a window the library sends not even the end of a body, nor the trailers behind it.
static bool waits_for_window(const slot_t *slot) {
  if (slot->stream == 0 || slot->flags & (SLOT_CLOSED | SLOT_MUTED | SLOT_SENT)) return false;
  return slot->body_count > 0 || slot->flags & SLOT_ENDED;
}

uint64_t weir_h2_mark_stalled(weir_h2_session *s, uint64_t now) {
  uint64_t earliest = 0;
  for (uint32_t i = 0; i < s->slot_capacity; i++) {
    slot_t *slot = &s->slots[i];
    if (!waits_for_window(slot)) continue;
    if (slot->stalled_since == 0) {
      slot->stalled_since = now;
      slot->sent_since_stall = 0;
    }
    if (earliest == 0 || slot->stalled_since < earliest) earliest = slot->stalled_since;
  }
  return earliest;
}

uint32_t weir_h2_reset_stalled(weir_h2_session *s, uint64_t mark, uint64_t now, uint32_t bytes_min) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < s->slot_capacity; i++) {
    slot_t *slot = &s->slots[i];
    if (slot->stream == 0 || slot->stalled_since == 0 || slot->stalled_since > mark) continue;
    if (slot->sent_since_stall >= bytes_min) {
      slot->stalled_since = now;
      slot->sent_since_stall = 0;
      continue;
    }
    // Not muted: the tape says that the stream closed.
    slot->stalled_since = 0;
    slot->body_count = 0;
    nghttp2_submit_rst_stream(s->session, NGHTTP2_FLAG_NONE, (int32_t)slot->stream, NGHTTP2_CANCEL);
    count++;
  }
  return count;
}

int weir_h2_ping(weir_h2_session *s) { return nghttp2_submit_ping(s->session, NGHTTP2_FLAG_NONE, NULL); }

int weir_h2_shutdown_notice(weir_h2_session *s) { return nghttp2_submit_shutdown_notice(s->session); }

int weir_h2_goaway(weir_h2_session *s, uint32_t code) {
  int32_t last = nghttp2_session_get_last_proc_stream_id(s->session);
  return nghttp2_submit_goaway(s->session, NGHTTP2_FLAG_NONE, last, code, NULL, 0);
}

int weir_h2_terminate(weir_h2_session *s, uint32_t code) { return nghttp2_session_terminate_session(s->session, code); }

void weir_h2_finish_exchange(weir_h2_session *s) {
  if (s->exchanges) s->exchanges--;
}

weir_h2_state weir_h2_get_state(weir_h2_session *s) {
  uint32_t streams_max = nghttp2_session_get_remote_settings(s->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  // Until its SETTINGS arrive, the peer is taken to allow what we would.
  if (!s->has_settings || streams_max > s->limits.streams_max) streams_max = s->limits.streams_max;
  uint32_t open = s->slots_used - s->slots_closed;
  return (weir_h2_state){
      .exchanges = s->exchanges,
      .open_streams = open,
      .held_bytes = (uint32_t)s->held_bytes,
      .remote_streams_max = streams_max,
      .goaway_last_stream = s->goaway_last_stream,
      .goaway_code = s->goaway_code,
      .has_settings = s->has_settings,
      .has_goaway = s->has_goaway,
      .wants_read = nghttp2_session_want_read(s->session),
      .wants_write = s->pending_count > 0 || nghttp2_session_want_write(s->session),
      .can_request = !s->is_server && open < streams_max && nghttp2_session_check_request_allowed(s->session)};
}

void weir_h2_skip_streams(weir_h2_session *s, uint32_t next) {
  nghttp2_session_set_next_stream_id(s->session, (int32_t)next);
}

weir_h2_counts weir_h2_take_counts(weir_h2_session *s) {
  weir_h2_counts counts = s->counts;
  s->counts = (weir_h2_counts){0};
  return counts;
}

// -- life

// Calling these two refuses to link with a library that lacks the limits.
static nghttp2_option *make_options(void) {
  nghttp2_option *options = NULL;
  if (nghttp2_option_new(&options)) return NULL;
  // Calls of gRPC whose time is over are reset: clients of a service that has become slow reset streams as fast as they open them, and
  // `streams_max` bounds what runs meanwhile.
  nghttp2_option_set_stream_reset_rate_limit(options, 1000, 200);
  nghttp2_option_set_max_continuations(options, 4);
  nghttp2_option_set_no_auto_window_update(options, 1);
  nghttp2_option_set_peer_max_concurrent_streams(options, 100);
  return options;
}

static nghttp2_session_callbacks *make_callbacks(void) {
  nghttp2_session_callbacks *callbacks = NULL;
  if (nghttp2_session_callbacks_new(&callbacks)) return NULL;
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
  nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, on_invalid_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
  nghttp2_session_callbacks_set_send_data_callback(callbacks, send_body);
  return callbacks;
}

static bool submit_settings(weir_h2_session *s) {
  nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, s->limits.streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, s->limits.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, s->limits.list_bytes_max},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  size_t count = sizeof settings / sizeof *settings;
  return !nghttp2_submit_settings(s->session, NGHTTP2_FLAG_NONE, settings, count) &&
         !nghttp2_session_set_local_window_size(
             s->session, NGHTTP2_FLAG_NONE, 0, (int32_t)s->limits.connection_window);
}

weir_h2_session *weir_h2_new(bool is_server, weir_h2_limits limits) {
  if (limits.fields_max > LIST_FIELDS_MAX || limits.streams_max > SLOTS_MAX) return NULL;
  weir_h2_session *s = calloc(1, sizeof *s);
  if (!s) return NULL;
  charge(s, (int64_t)malloc_usable_size(s));
  s->limits = limits;
  s->is_server = is_server;
  s->slots = s->inline_slots;
  s->slot_capacity = INLINE_SLOTS;
  nghttp2_mem memory = {s, h2_malloc, h2_free, h2_calloc, h2_realloc};
  nghttp2_option *options = make_options();
  nghttp2_session_callbacks *callbacks = make_callbacks();
  bool is_made = options && callbacks &&
                 !(is_server ? nghttp2_session_server_new3 : nghttp2_session_client_new3)(
                     &s->session, callbacks, s, options, &memory) &&
                 submit_settings(s);
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  if (is_made) return s;
  weir_h2_free(s);
  return NULL;
}

void weir_h2_free(weir_h2_session *s) {
  if (!s) return;
  nghttp2_session_del(s->session);
  for (uint32_t i = 0; i < s->slot_capacity; i++) free(s->slots[i].trailers);
  if (s->slots != s->inline_slots) free(s->slots);
  free(s->carried);
  // What the library has given back is no longer in it.
  held_by_thread -= (int64_t)s->held_bytes;
  free(s);
}

int64_t weir_h2_memory_of_thread(void) { return held_by_thread; }
