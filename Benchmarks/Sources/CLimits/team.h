#ifndef TEAM_H
#define TEAM_H

/* Runs body(argument, 0 … threads − 1) on so many threads, the caller's among them. Returns the seconds from the first
 * start to the last end, or −1 where a thread could not be started. */
double team_seconds(int threads, void (*body)(void *argument, int thread), void *argument);

#endif
