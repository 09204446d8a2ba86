// Bytes as a TensorBoard event file, which a resumed run cuts behind its checkpoint.
#include "target.hpp"
#include "tinyhtr/io/event_file.hpp"
#include "tinyhtr/io/tensorboard_rewind.hpp"

TINYHTR_FUZZ(content) {
  using namespace tinyhtr;
  const auto keep = [](std::string_view tag, std::int64_t step) { return step < 3 || tag.size() > 5; };
  if (kept_event_bytes(content, "fuzz", keep) > content.size()) __builtin_trap();
  // As one record with sound checksums, so that what is within is looked at too.
  const std::string record = detail::event_record(content);
  if (kept_event_bytes(record, "fuzz", keep) > record.size()) __builtin_trap();
}
