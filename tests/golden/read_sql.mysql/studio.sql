-- MySQL dump 10.13  Distrib 8.0.30
-- Don't panic
/*!40101 SET NAMES utf8 */;
CREATE USER 'app'@'%' IDENTIFIED BY 'Sommer2014!';
CREATE TABLE `crew` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(64) DEFAULT 'x, y',
  `ssn` char(11),
  PRIMARY KEY (`id`),
  KEY `n` (`name`)
) ENGINE=InnoDB;
INSERT INTO `crew` VALUES (1,'O\'Neil; Ann','219-09-9999'),(2,'Bo ''B'' (jr), x',NULL),
(3,'line\nbreak',_binary 'abc');
INSERT INTO `crew` VALUES (4,'more','-');
INSERT INTO `mail` (`to`,`cc`) VALUES ('a@corp.example','b@corp.example');
UNLOCK TABLES;
