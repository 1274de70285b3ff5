// Content-Length, Transfer-Encoding and Connection, read once.
#include "proxy/wire/http1_framing.h"

#include "proxy/model/grpc.h"
#include "proxy/wire/http1_syntax.h"

namespace understudy {
namespace {

struct FramingFields {
  std::optional<std::uint64_t> length;
  bool coded = false;  // there is a Transfer-Encoding
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  bool expects_continue = false;
  bool expects_other = false;
  bool retry_after = false;
  bool grpc = false;
  bool upgrade = false;    // Connection says so,
  bool websocket = false;  // and Upgrade names that one alone
};

std::optional<HeadError> ReadTransferEncoding(std::string_view value, FramingFields& out) {
  if (out.coded) return HeadError{400, "more than one Transfer-Encoding"};
  out.coded = true;
  if (NameIs(value, "chunked")) {
    out.chunked = true;
    return std::nullopt;
  }
  // Other codings before one final chunked are legal but not understood; anything else is an
  // attack or a mistake.
  int codings = 0;
  int times_chunked = 0;
  bool ends_chunked = false;
  bool all_tokens = true;
  syntax::ForEachElement(value, [&](std::string_view element) {
    const std::string_view coding = element.substr(0, element.find(';'));
    ++codings;
    ends_chunked = NameIs(element, "chunked");
    times_chunked += NameIs(syntax::TrimOws(coding), "chunked") ? 1 : 0;
    all_tokens = all_tokens && syntax::IsToken(coding);
  });
  if (all_tokens && codings > 1 && ends_chunked && times_chunked == 1) {
    return HeadError{501, "only the transfer coding chunked is understood"};
  }
  return HeadError{400, "a Transfer-Encoding other than chunked"};
}

std::optional<HeadError> Read(const std::vector<HeaderField>& fields, int minor_version,
                              FramingFields& out) {
  for (const HeaderField& field : fields) {
    // The first letter and the length sort out nearly every field without a comparison.
    switch (field.name.size()) {
      case 6:
        if (NameIs(field.name, "expect")) {
          syntax::ForEachElement(field.value, [&](std::string_view expectation) {
            (NameIs(expectation, "100-continue") ? out.expects_continue : out.expects_other) = true;
          });
        }
        break;
      case 7:
        if (NameIs(field.name, "upgrade")) out.websocket = NameIs(field.value, "websocket");
        break;
      case 10:
        if (NameIs(field.name, "connection")) {
          syntax::ForEachElement(field.value, [&](std::string_view option) {
            out.close = out.close || NameIs(option, "close");
            out.keep_alive = out.keep_alive || NameIs(option, "keep-alive");
            out.upgrade = out.upgrade || NameIs(option, "upgrade");
          });
        }
        break;
      case 11:
        if (NameIs(field.name, "retry-after")) out.retry_after = true;
        break;
      case 12:
        // Most values say sooner than the name that it is another type.
        if (IsGrpcType(field.value) && NameIs(field.name, "content-type")) out.grpc = true;
        break;
      case 14:
        if (NameIs(field.name, "content-length")) {
          if (out.length) return HeadError{400, "more than one Content-Length"};
          out.length = syntax::ParseDecimal(field.value);
          if (!out.length) return HeadError{400, "the Content-Length is no number"};
        }
        break;
      case 17:
        if (NameIs(field.name, "transfer-encoding")) {
          if (auto error = ReadTransferEncoding(field.value, out)) return error;
        }
        break;
      default:
        break;
    }
  }
  if (out.chunked && out.length) {
    return HeadError{400, "both Content-Length and Transfer-Encoding"};
  }
  if (out.chunked && minor_version == 0) {
    return HeadError{400, "Transfer-Encoding in an HTTP/1.0 message"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<HeadError> FrameRequest(RequestHead& head) {
  FramingFields fields;
  if (auto error = Read(head.fields, head.minor_version, fields)) return error;
  if (fields.expects_other) return HeadError{417, "only Expect: 100-continue is understood"};
  head.content_length = fields.length.value_or(0);
  head.framing = fields.chunked                  ? Framing::kChunked
                 : fields.length.value_or(0) > 0 ? Framing::kLength
                                                 : Framing::kNone;
  head.keep_alive = head.minor_version >= 1 ? !fields.close : fields.keep_alive && !fields.close;
  head.grpc = fields.grpc;
  head.upgrade = fields.upgrade && fields.websocket && head.minor_version >= 1 &&
                 head.method == "GET" && head.framing == Framing::kNone;
  head.expects_continue = fields.expects_continue && head.minor_version >= 1;
  return std::nullopt;
}

std::optional<HeadError> FrameAnswer(std::string_view request_method, AnswerHead& head) {
  FramingFields fields;
  if (auto error = Read(head.fields, head.minor_version, fields)) return error;
  head.content_length = fields.length.value_or(0);
  head.retry_after = fields.retry_after;
  head.keep_alive = head.minor_version >= 1 ? !fields.close : fields.keep_alive && !fields.close;
  if (request_method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) {
    head.framing = Framing::kNone;
  } else if (fields.chunked) {
    head.framing = Framing::kChunked;
  } else if (fields.length) {
    head.framing = *fields.length > 0 ? Framing::kLength : Framing::kNone;
  } else {
    head.framing = Framing::kUntilClose;
    head.keep_alive = false;
  }
  return std::nullopt;
}

}  // namespace understudy
