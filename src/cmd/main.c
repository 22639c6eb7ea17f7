#include <stdio.h>

int main(void)
{
	puts("strandline " VERSION);
	return 0;
}
