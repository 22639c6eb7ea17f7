/* embed NAME INPUT OUTPUT: a file as a C array, NAME and NAME_size. Runs at build time. */
#include <stdio.h>

int main(int argc, char **argv)
{
	FILE *in = argc == 4 ? fopen(argv[2], "rb") : NULL, *out = in ? fopen(argv[3], "w") : NULL;
	if (!out) {
		fprintf(stderr, "usage: embed NAME INPUT OUTPUT\n");
		return 2;
	}
	unsigned long n = 0;
	fprintf(out, "#include <stddef.h>\n\nconst unsigned char %s[] = {", argv[1]);
	for (int c = fgetc(in); c != EOF; c = fgetc(in), n++)
		fprintf(out, "%s%d,", n % 24 ? "" : "\n", c);
	fprintf(out, "\n};\nconst size_t %s_size = %lu;\n", argv[1], n);
	fclose(in);
	return fclose(out) != 0;
}
