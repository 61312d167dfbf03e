/* libcurl's option calls are variadic, which Swift cannot call: one function a type of argument. */
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#include <curl/curl.h>

typedef size_t (*ccurl_transfer_function)(
    char *_Nullable bytes, size_t size, size_t count, void *_Nullable context);
typedef int (*ccurl_seek_function)(void *_Nullable context, curl_off_t offset, int origin);
typedef int (*ccurl_progress_function)(
    void *_Nullable context, curl_off_t download_total, curl_off_t downloaded,
    curl_off_t upload_total, curl_off_t uploaded);

static inline CURLcode ccurl_set_long(CURL *_Nonnull handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *_Nonnull handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

/* libcurl copies the string, except for CURLOPT_POSTFIELDS, which is not set through here. */
static inline CURLcode ccurl_set_string(
    CURL *_Nonnull handle, CURLoption option, const char *_Nullable value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *_Nonnull handle, CURLoption option, void *_Nullable value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(
    CURL *_Nonnull handle, CURLoption option, struct curl_slist *_Nullable list) {
  return curl_easy_setopt(handle, option, list);
}

static inline CURLcode ccurl_set_transfer(
    CURL *_Nonnull handle, CURLoption option, ccurl_transfer_function _Nullable function) {
  return curl_easy_setopt(handle, option, function);
}

static inline CURLcode ccurl_set_seek(CURL *_Nonnull handle, ccurl_seek_function _Nullable function) {
  return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, function);
}

static inline CURLcode ccurl_set_progress(
    CURL *_Nonnull handle, ccurl_progress_function _Nullable function) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

static inline CURLcode ccurl_get_long(CURL *_Nonnull handle, CURLINFO info, long *_Nonnull value) {
  return curl_easy_getinfo(handle, info, value);
}

/* The string belongs to the handle. */
static inline CURLcode ccurl_get_string(
    CURL *_Nonnull handle, CURLINFO info, const char *_Nullable *_Nonnull value) {
  return curl_easy_getinfo(handle, info, (char **)value);
}

#endif
