--
-- PostgreSQL database dump
--
CREATE TABLE public.staff (
    id integer NOT NULL,
    "full name" text
);
COPY public.staff (id, "full name") FROM stdin;
1	Ann Lee
2	Bo\tTab
3	\N
\.

INSERT INTO public.staff VALUES (4, 'back\slash');
SELECT pg_catalog.setval('public.staff_id_seq', 3, true);
