/* The studio's persons: invented, from names common in their countries. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "studio.h"

struct person *people;
unsigned people_count;

const char *const land_names[LANDS] = { "United States", "United Kingdom", "Germany", "France", "Spain", "Italy", "Netherlands",
	"Poland", "Brazil", "India", "China", "South Korea", "Japan", "Canada", "Russia", "Sweden" };
const char *const land_codes[LANDS] = { "USA", "GBR", "D<<", "FRA", "ESP", "ITA", "NLD", "POL", "BRA", "IND", "CHN", "KOR", "JPN", "CAN", "RUS", "SWE" };

/* Words parted by blanks; where a word holds '=', its form in the country's own letters follows. */
static const struct names { const char *women, *men, *families; } names[LANDS] = {
	[US] = { "Mary Linda Susan Karen Nancy Donna Carol Ruth Sharon Michelle Laura Sarah Kimberly Deborah Jessica Shirley Cynthia Angela Melissa Brenda Amy Anna Rebecca Virginia Kathleen Pamela Martha Debra Amanda Stephanie Carolyn Christine Janet Catherine Frances Joyce Diane Alice Julie Heather",
		"James John Robert Michael William David Richard Charles Joseph Thomas Christopher Daniel Paul Mark Donald George Kenneth Steven Edward Brian Ronald Anthony Kevin Jason Matthew Gary Timothy Jose Larry Jeffrey Frank Scott Eric Stephen Andrew Raymond Gregory Joshua Jerry Dennis",
		"Smith Johnson Williams Jones Brown Davis Miller Wilson Moore Taylor Anderson Thomas Jackson White Harris Martin Thompson Garcia Martinez Robinson Clark Rodriguez Lewis Lee Walker Hall Allen Young Hernandez King Wright Lopez Hill Scott Green Adams Baker Gonzalez Nelson Carter Mitchell Perez Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Sanchez Morris Rogers Reed Cook Morgan Bell Murphy Bailey" },
	[GB] = { "Emily Olivia Charlotte Sophie Grace Imogen Harriet Eleanor Gemma Fiona", "Oliver Harry Alfie Callum Rhys Ewan Gareth Nigel Simon Graham",
		"Wainwright Ashworth Pemberton Hargreaves Llewellyn MacLeod Fairclough Whitaker Blackwood Cartwright Holloway Thornton" },
	[DE] = { "Ursula Sabine Käthe Anja Heike Jutta Petra Silke Birgit Grete", "Jürgen Klaus Stefan Uwe Dieter Jörg Matthias Holger Sven Günter",
		"Müller Schäfer Krüger Vogel Weiß Brandt Lindner Köhler Baumann Hoffmann Schröder Böhm" },
	[FR] = { "Amélie Claire Hélène Margaux Solène Brigitte Élodie Camille Sylvie Nathalie", "François Étienne Guillaume Luc Benoît Thierry Rémi Olivier Yves Mathieu",
		"Lefèvre Moreau Girard Dubois Rousseau Chevalier Beaumont Fournier Mercier Gauthier Perrin Delacroix" },
	[ES] = { "Lucía Carmen Pilar Beatriz Inés Marta Rocío Elena Nuria Paloma", "Javier Álvaro Sergio Íñigo Pablo Raúl Andrés Gonzalo Rubén Diego",
		"Fernández Gutiérrez Ibáñez Ortega Castillo Navarro Domínguez Vázquez Serrano Molina Iglesias Cortés" },
	[IT] = { "Giulia Chiara Francesca Elisa Martina Paola Silvia Ilaria Valentina Caterina", "Marco Luca Alessandro Matteo Giorgio Davide Stefano Lorenzo Enrico Pietro",
		"Rossi Bianchi Esposito Ricci Marino Gallo Conti Mancini Lombardi Moretti Barbieri Santoro" },
	[NL] = { "Sanne Femke Anouk Lotte Marijke Ilse Fleur Willemijn Hanneke Saskia", "Daan Sjoerd Bram Maarten Joost Ruben Thijs Wouter Niels Pieter",
		"Bakker Visser Meijer Mulder Dekker Hendriks Kuipers Verhoeven Willems Hoekstra Brouwer Vermeulen" },
	[PL] = { "Agnieszka Katarzyna Małgorzata Zofia Ewa Joanna Dorota Halina Beata Iwona", "Krzysztof Piotr Wojciech Grzegorz Tomasz Paweł Marek Jacek Łukasz Zbigniew",
		"Kowalczyk Wójcik Kamiński Zieliński Szymańska Dąbrowski Kozłowski Jankowska Mazur Krawczyk Pawlak Sikora" },
	[BR] = { "Fernanda Juliana Larissa Beatriz Camila Luana Patrícia Renata Tatiana Vitória", "Rafael Thiago Gustavo Caio Leandro Rodrigo Vinícius Marcelo Eduardo João",
		"Oliveira Pereira Carvalho Almeida Ribeiro Barbosa Cardoso Teixeira Moreira Araújo Nascimento Gonçalves" },
	[IN] = { "Priya Ananya Kavita Sunita Lakshmi Meera Pooja Divya Nisha Shreya", "Rajesh Arjun Sanjay Vikram Anil Suresh Rahul Deepak Manish Karthik",
		"Sharma Iyer Patel Reddy Banerjee Chatterjee Gupta Menon Desai Kulkarni Nair Malhotra" },
	[CN] = { "Xiuying=秀英 Min=敏 Jing=静 Yan=艳 Juan=娟 Xia=霞 Fang=芳 Lihua=丽华", "Wei=伟 Qiang=强 Lei=磊 Jun=军 Yong=勇 Jie=杰 Tao=涛 Haoran=浩然",
		"Zhang=张 Wang=王 Liu=刘 Chen=陈 Yang=杨 Zhao=赵 Huang=黄 Zhou=周 Xu=徐 Sun=孙 Zhu=朱 Guo=郭" },
	[KR] = { "Jiwoo=지우 Seoyeon=서연 Minji=민지 Hayun=하윤 Eunji=은지 Soomin=수민 Yuna=유나 Jisoo=지수", "Minjun=민준 Jihoon=지훈 Seojun=서준 Hyunwoo=현우 Donghyun=동현 Junho=준호 Taeyang=태양 Sungmin=성민",
		"Kim=김 Park=박 Choi=최 Jung=정 Kang=강 Cho=조 Yoon=윤 Jang=장 Lim=임 Han=한 Shin=신 Kwon=권" },
	[JP] = { "Yuko=裕子 Keiko=恵子 Akemi=明美 Naoko=直子 Haruka=遥 Misaki=美咲 Sakura=桜 Kaori=香織", "Hiroshi=浩 Takashi=隆 Kenji=健二 Daisuke=大輔 Kazuo=和夫 Makoto=誠 Takeshi=武 Shota=翔太",
		"Sato=佐藤 Suzuki=鈴木 Takahashi=高橋 Tanaka=田中 Watanabe=渡辺 Ito=伊藤 Yamamoto=山本 Nakamura=中村 Kobayashi=小林 Kato=加藤 Yoshida=吉田 Matsumoto=松本" },
	[CA] = { "Chloe Madeleine Brooke Kirsten Gillian Heather Noelle Audrey Paige Tessa", "Liam Connor Duncan Tyler Marc Gordon Bryce Craig Wayne Trevor",
		"MacDonald Tremblay Gagnon Bouchard Fraser Sinclair Cameron Pelletier Leblanc Morrison Drummond Kowalchuk" },
	[RU] = { "Irina=Ирина Olga=Ольга Tatyana=Татьяна Svetlana=Светлана Natalya=Наталья Elena=Елена", "Sergey=Сергей Dmitry=Дмитрий Andrey=Андрей Mikhail=Михаил Viktor=Виктор Pavel=Павел",
		"Petrenko=Петренко Shevchenko=Шевченко Kuzmenko=Кузьменко Chernykh=Черных Dolgikh=Долгих Sokolenko=Соколенко Marchuk=Марчук Bondar=Бондарь" },
	[SE] = { "Ingrid Astrid Elin Karin Maja Åsa Sigrid Lovisa", "Björn Lars Göran Anders Håkan Mats Rolf Torbjörn",
		"Lindqvist Söderberg Bergström Nyström Holmgren Åkesson Ekdahl Sandberg" },
};

struct place { const char *city, *region, *postcode; };	/* '#' is a digit, '@' a letter */
static const struct home { const char *streets, *form, *phone; struct place places[4]; } homes[LANDS] = {
	[US] = { "Ocean Ave|Maple Street|Sunset Blvd|Laurel Canyon Rd|Vine Street|Magnolia Drive|Cedar Lane|Highland Ave|Juniper Court|Mulholland Drive", "%u %s", "+1!2######",
		{ { "Los Angeles", "CA", "900##" }, { "Santa Monica", "CA", "904##" }, { "Burbank", "CA", "915##" }, { "Brooklyn", "NY", "112##" } } },
	[GB] = { "Chapel Lane|Victoria Road|Mill Street|Church Row|Albert Terrace", "%u %s", "+44207#######",
		{ { "London", NULL, "SW# #@@" }, { "Bristol", NULL, "BS# #@@" }, { "Leeds", NULL, "LS# #@@" }, { "London", NULL, "NW# #@@" } } },
	[DE] = { "Hauptstraße|Lindenweg|Goethestraße|Bahnhofstraße|Gartenstraße", "%2$s %1$u", "+4930%2#######",
		{ { "Berlin", NULL, "101##" }, { "Berlin", NULL, "109##" }, { "Potsdam", NULL, "144##" }, { "Berlin", NULL, "135##" } } },
	[FR] = { "rue de Rivoli|avenue Victor Hugo|rue des Lilas|boulevard Voltaire|rue Pasteur", "%u %s", "+3361%2######",
		{ { "Paris", NULL, "7500#" }, { "Lyon", NULL, "6900#" }, { "Nantes", NULL, "44000" }, { "Lille", NULL, "59000" } } },
	[ES] = { "Calle Mayor|Calle de Alcalá|Avenida de la Paz|Calle Real|Paseo del Prado", "%2$s %1$u", "+346%01######",
		{ { "Madrid", NULL, "280##" }, { "Sevilla", NULL, "410##" }, { "Valencia", NULL, "460##" }, { "Bilbao", NULL, "480##" } } },
	[IT] = { "Via Roma|Via Garibaldi|Corso Vittorio Emanuele|Via Mazzini|Via Dante", "%2$s %1$u", "+39347#######",
		{ { "Roma", NULL, "001##" }, { "Milano", NULL, "201##" }, { "Torino", NULL, "101##" }, { "Napoli", NULL, "801##" } } },
	[NL] = { "Dorpsstraat|Kerkstraat|Molenweg|Prinsengracht|Julianalaan", "%2$s %1$u", "+3162#######",
		{ { "Amsterdam", NULL, "10## @@" }, { "Utrecht", NULL, "35## @@" }, { "Rotterdam", NULL, "30## @@" }, { "Leiden", NULL, "23## @@" } } },
	[PL] = { "ul. Długa|ul. Polna|ul. Lipowa|ul. Ogrodowa|ul. Krótka", "%2$s %1$u", "+48601######",
		{ { "Warszawa", NULL, "00-9##" }, { "Kraków", NULL, "31-1##" }, { "Łódź", NULL, "90-2##" }, { "Gdańsk", NULL, "80-8##" } } },
	[BR] = { "Rua das Flores|Avenida Paulista|Rua Augusta|Rua São João|Rua Bela Vista", "%2$s, %1$u", "+55119%8#######",
		{ { "São Paulo", "SP", "01###-###" }, { "Rio de Janeiro", "RJ", "22###-###" }, { "Curitiba", "PR", "80###-###" }, { "Recife", "PE", "50###-###" } } },
	[IN] = { "MG Road|Park Street|Linking Road|Nehru Marg|Gandhi Nagar", "%u %s", "+9198########",
		{ { "Mumbai", NULL, "4000##" }, { "Bengaluru", NULL, "5600##" }, { "Chennai", NULL, "6000##" }, { "Delhi", NULL, "1100##" } } },
	[CN] = { "Jianguo Road|Nanjing Road|Zhongshan Road|Renmin Road|Changan Avenue", "%u %s", "+86138########",
		{ { "Beijing", NULL, "1000##" }, { "Shanghai", NULL, "2000##" }, { "Guangzhou", NULL, "5100##" }, { "Shenzhen", NULL, "5180##" } } },
	[KR] = { "Teheran-ro|Sejong-daero|Gangnam-daero|Yeoksam-ro|Dosan-daero", "%u %s", "+8210%4#######",
		{ { "Seoul", NULL, "06###" }, { "Busan", NULL, "48###" }, { "Incheon", NULL, "21###" }, { "Daegu", NULL, "41###" } } },
	[JP] = { "Ginza|Akasaka|Roppongi|Shimokitazawa|Nakameguro", "%u-3-12 %s", "+8190%3#######",
		{ { "Tokyo", NULL, "10#-00##" }, { "Osaka", NULL, "53#-00##" }, { "Kyoto", NULL, "60#-80##" }, { "Nagoya", NULL, "46#-00##" } } },
	[CA] = { "Queen Street W|Dundas Street|Granville Street|Bloor Street E|Yonge Street", "%u %s", "+1416%2######",
		{ { "Toronto", "ON", "M#@ #@#" }, { "Toronto", "ON", "M#@ #@#" }, { "Ottawa", "ON", "K#@ #@#" }, { "Hamilton", "ON", "L#@ #@#" } } },
	[RU] = { "ulitsa Lenina|Sadovaya ulitsa|Tverskaya ulitsa|Nevsky prospekt|Zelyonaya ulitsa", "%2$s %1$u", "+7916#######",
		{ { "Moskva", NULL, "1010##" }, { "Sankt-Peterburg", NULL, "1910##" }, { "Kazan", NULL, "4200##" }, { "Samara", NULL, "4430##" } } },
	[SE] = { "Storgatan|Kungsgatan|Drottninggatan|Skolgatan|Vasagatan", "%2$s %1$u", "+4670%2######",
		{ { "Stockholm", NULL, "11# ##" }, { "Göteborg", NULL, "41# ##" }, { "Malmö", NULL, "21# ##" }, { "Uppsala", NULL, "75# ##" } } },
};

/* '#' a digit, '@' a capital, '%d' a digit from d up to 9, '!' a Californian area code. */
static char *fill(const char *form)
{
	static const char *const areas[] = { "310", "213", "323", "818", "626", "415", "212", "917" };
	char out[64];
	size_t n = 0;
	for (; *form && n < 56; form++) {
		if (*form == '!')
			n += (size_t)snprintf(out + n, 8, "%s", areas[below(8)]);
		else if (*form == '%')
			out[n++] = (char)between((unsigned char)*++form, '9');
		else
			out[n++] = *form == '#' ? (char)('0' + below(10)) : *form == '@' ? "ABDEFGHJLNPQRSTUWXYZ"[below(20)] : *form;
	}
	out[n] = 0;
	return strdup(out);
}

/* American numbers: the exchange starts with 2 to 9, does not end in 11 and is not 555. */
static char *phone_for(enum land land)
{
	for (;;) {
		char *s = fill(homes[land].phone);
		bool is_american = land == US || land == CA;
		if (!is_american || (s[5] >= '2' && !(s[6] == '1' && s[7] == '1') && strncmp(s + 5, "555", 3)))
			return s;
		free(s);
	}
}

static char *pick(const char *list, char separator)
{
	unsigned n = 1;
	for (const char *s = list; *s; s++)
		n += *s == separator;
	for (unsigned k = below(n); k; k--)
		list = strchr(list, separator) + 1;
	return strndup(list, strcspn(list, (char[]){ separator, 0 }));
}

/* Splits "Wei=伟" where there is a native form. */
static const char *native_of(char *word)
{
	char *is = strchr(word, '=');
	if (!is)
		return NULL;
	*is = 0;
	return is + 1;
}

/* Letters of Latin-1 and Latin Extended-A in A to Z, as passports write most of them. */
static char *latin(const char *s)
{
	static const char *const pairs[] = { "ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "á", "a", "à", "a", "ã", "a", "â", "a", "å", "aa", "é", "e", "è", "e",
		"ê", "e", "ë", "e", "í", "i", "î", "i", "ï", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "ç", "c", "ñ", "n", "ł", "l", "ń", "n", "ó", "o",
		"ą", "a", "ę", "e", "ś", "s", "ź", "z", "ż", "z", "ć", "c", "É", "E", "Á", "A", "Í", "I", "Å", "Aa", "Ł", "L", "Ö", "Oe", "Ü", "Ue", NULL };
	char out[128];
	size_t n = 0;
	while (*s && n < 120) {
		int i = 0;
		while (pairs[i] && strncmp(s, pairs[i], strlen(pairs[i])))
			i += 2;
		if (pairs[i]) {
			n += (size_t)snprintf(out + n, 8, "%s", pairs[i + 1]);
			s += strlen(pairs[i]);
		} else
			out[n++] = *s++;
	}
	out[n] = 0;
	return strdup(out);
}

static bool is_taken(const char *name, unsigned until)
{
	for (unsigned i = 0; i < until; i++)
		if (!strcmp(people[i].name, name))
			return true;
	return false;
}

static void name_person(struct person *p, unsigned index)
{
	const struct names *k = &names[p->land];
	const char *native_given, *native_family;
	char *given, *family;
	for (int tries = 0;; tries++) {
		given = pick(p->is_woman ? k->women : k->men, ' ');
		native_given = native_of(given);
		family = pick(k->families, ' ');
		native_family = native_of(family);
		if (tries > 8) {	/* a second given name parts those who are called alike */
			char *second = pick(p->is_woman ? k->women : k->men, ' ');
			const char *native_second = native_of(second);
			if (!strcmp(second, given))
				continue;
			given = format("%s %s", given, second);
			native_given = native_given ? format("%s%s", native_given, native_second) : NULL;
		}
		p->name = format("%s %s", given, family);
		if (!is_taken(p->name, index))
			break;
	}
	p->given = given, p->family = family;
	p->latin_given = latin(given), p->latin_family = latin(family);
	if (native_family)
		p->native = p->land == RU ? format("%s %s", native_given, native_family) : format("%s%s", native_family, native_given);
}

static void settle(struct person *p)
{
	const struct home *h = &homes[p->land];
	const struct place *at = &h->places[below(4)];
	char *street = pick(h->streets, '|');
	p->street = format(h->form[1] == '2' ? "%2$s %1$u" : "%1$u %2$s", between(2, 480), street);
	if (p->land == BR)
		p->street = format("%s, %u", street, between(10, 980));
	p->city = at->city, p->region = at->region;
	p->postcode = fill(at->postcode);
	p->phone = phone_for(p->land);
}

const char *address_of(const struct person *p)
{
	if (p->land == US || p->land == CA)
		return format("%s, %s, %s %s", p->street, p->city, p->region, p->postcode);
	if (p->land == GB || p->land == IN || p->land == CN || p->land == KR || p->land == JP)
		return format("%s, %s %s", p->street, p->city, p->postcode);
	return format("%s, %s %s", p->street, p->postcode, p->city);
}

static char *address_part(const char *name)
{
	char *s = strdup(name);
	for (char *c = s; *c; c++)
		*c = *c == ' ' ? '.' : (char)tolower((unsigned char)*c);
	return s;
}

static void give_numbers(struct person *p)
{
	static const char *const bics[LANDS] = { [GB] = "NWBKGB2L", [DE] = "COBADEFF", [FR] = "PSSTFRPP", [ES] = "CAIXESBB", [IT] = "BNLIITRR",
		[NL] = "ABNANL2A", [PL] = "WBKPPLPP", [SE] = "HANDSESS" };
	p->national_id = number_for(p, &p->national_kind);
	p->passport = p->land == US || p->land == IN || p->land == CN ? format("%s%s", letters(1), digits(8)) :
		p->land == DE ? format("C%s%s", letters(2), digits(6)) : format("%s%s", letters(2), digits(7));
	make_passport_mrz(p);
	if (p->land != US) {
		p->visa = format("%s%s", letters(1), digits(8));
		make_visa_mrz(p);
	}
	p->card = make_card();
	p->card_expiry = format("%02u/%02u", between(1, 12), between(15, 19));
	p->cvv = p->card[0] == '3' ? digits(4) : digits(3);
	p->iban = make_iban(p->land);
	p->bic = bics[p->land];
	if (p->land == US) {
		p->routing = make_routing();
		p->account = format("%u%s", between(1, 9), digits(9));
		p->licence = format("%s%u%s", letters(1), between(1, 9), digits(6));
	}
	if (p->land == GB)
		p->nhs = make_nhs();
	if (p->land != US && below(2))
		p->itin = make_itin();
}

static void employ(struct person *p, unsigned index)
{
	static const char *const titles[] = { "Gaffer", "Producer", "Editor", "Script Supervisor", "Accountant", "Colourist", "Set Designer", "Actor",
		"Stunt Coordinator", "Payroll Clerk", "Systems Administrator", "Counsel" };
	static const char *const departments[] = { "Lighting", "Production", "Post", "Script", "Finance", "Post", "Art", "Cast", "Stunts", "Finance", "IT", "Legal" };
	unsigned k = below(12);
	p->title = titles[k], p->department = departments[k];
	p->salary = between(38, 260) * 1000 + below(1000);
	p->employee = 10417 + index;
	p->user = format("%c%s", tolower((unsigned char)p->latin_given[0]), address_part(p->latin_family));
	static const char *const words[] = { "Harbour", "Falcon", "Moonrise", "Granite", "Velvet", "Tundra", "Saffron", "Copper" };
	p->password = format("%s%u%c%s", words[below(8)], between(10, 99), "!#$?"[below(4)], token(4));
}

void people_make(unsigned n)
{
	static const char *const domains[] = { "halcyon-pictures.com", "halcyon-pictures.com", "brightquay-mail.net", "northlamp.org" };
	people = calloc(n, sizeof(*people));
	people_count = n;
	for (unsigned i = 0; i < n; i++) {
		struct person *p = &people[i];
		p->land = i < LANDS ? (enum land)i : below(2) ? US : (enum land)below(LANDS);
		p->is_woman = below(2);
		p->year = (int)between(1944, 1996), p->month = (int)between(1, 12), p->day = (int)between(1, 28);
		p->birth = format("%04d-%02d-%02d", p->year, p->month, p->day);
		name_person(p, i);
		settle(p);
		employ(p, i);
		p->email = format("%s.%s@%s", address_part(p->latin_given), address_part(p->latin_family), domains[below(4)]);
		give_numbers(p);
	}
}
