/* The man page and completion's words, written to standard output from the tables of commands. Both return 0. */
#ifndef CMD_MANUAL_H
#define CMD_MANUAL_H

int manual_print(void);		/* strandline --man */
int manual_words(void);		/* strandline --words: a command a line, its options behind it */

#endif
