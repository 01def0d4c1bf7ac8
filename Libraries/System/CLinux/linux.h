// What Swift's Glibc module leaves out of Linux: epoll, eventfd, and accept4, which glibc declares
// under _GNU_SOURCE alone and which therefore is declared once more here.
#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>

extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
