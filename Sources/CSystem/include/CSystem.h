// System calls that Swift cannot import.
#ifndef CSYSTEM_H
#define CSYSTEM_H

// Exchanges two paths in one step. 0, or -1 with errno set.
int ca_exchange_paths(const char *a, const char *b);

#endif
