// What Swift's Glibc module leaves out of Linux. glibc declares the first four functions below only with _GNU_SOURCE,
// so this file declares them once more.
#pragma once
#include <pthread.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int pthread_setname_np(pthread_t thread, const char *name);
extern int sync_file_range(int file, off_t start, off_t count, unsigned int flags);

// POSIX has it, glibc declares it for X/Open programs alone.
#include <wchar.h>
extern int wcwidth(wchar_t character);
