-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)
/*!40101 SET NAMES utf8 */;
DROP TABLE IF EXISTS `clients_client`;
CREATE TABLE `clients_client` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(200) NOT NULL,
  `api_key` varchar(64) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `clients_client` VALUES (1,'City TV','Zw1fYk2PqL8sT4vB'),(2,'Village TV','Another0Key1Of2Its3Own');
CREATE TABLE `tvmiddleware_category` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `name` varchar(200) NOT NULL,
  `description` longtext,
  `color` varchar(7),
  `sort` int(11),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_category` VALUES (10,1,'News','','1E90FF',1),(11,1,'It\'s \"films\"; (all), really',NULL,NULL,2),(12,2,'Theirs',NULL,NULL,1);
CREATE TABLE `tvmiddleware_channel` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `name` varchar(200) NOT NULL,
  `category_id` int(11),
  `enabled` tinyint(1) NOT NULL,
  `parent_control` tinyint(1) NOT NULL,
  `sort` int(11),
  `lcn_number` int(11),
  `uri` varchar(500),
  `id_for_stream_service` varchar(60),
  `recording_days` int(11),
  `mediahills_id` int(11),
  KEY `category` (`category_id`)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_channel` VALUES (101,1,'Новости 24',10,1,0,1,1,NULL,'news24',7,NULL),(102,1,'Cinema',11,1,1,2,2,'http://o.example/2.m3u8','',0,77),(103,1,'Cinema',11,0,0,3,NULL,NULL,'',0,NULL),(104,2,'Theirs',12,1,0,1,1,NULL,'',0,NULL);
CREATE TABLE `tvmiddleware_tariff` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `name` varchar(200) NOT NULL,
  `description` longtext,
  `price` decimal(10,2) NOT NULL,
  `period` int(11) NOT NULL,
  `enabled` tinyint(1) NOT NULL,
  `basic_tariff_priority` int(11) NOT NULL,
  `sessions_count` int(11) NOT NULL,
  `basic_sessions_count` int(11) NOT NULL,
  `ext_id` varchar(64)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_tariff` VALUES (5,1,'Base',NULL,250.00,1,1,1,3,1,'T-5'),(6,1,'Cinema+','Two lines\nof text',99.90,1,1,0,1,1,NULL);
CREATE TABLE `tvmiddleware_channel_tariffs` (
  `id` int(11) NOT NULL,
  `channel_id` int(11) NOT NULL,
  `tariff_id` int(11) NOT NULL
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_channel_tariffs` VALUES (1,101,5),(2,102,6),(3,103,6),(4,999,6);
CREATE TABLE `tvmiddleware_customer` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `firstname` varchar(256),
  `lastname` varchar(256),
  `birthdate` date,
  `mobile_phone_number` varchar(24),
  `email` varchar(254),
  `ext_id` varchar(64),
  `contract_number` varchar(64),
  `balance` decimal(10,2)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_customer` VALUES (20,1,'Анна','Иванова','1980-02-29','+79990000001','anna@example.org','B-20','C/20',12.50),(21,1,'Boris',NULL,'0000-00-00',NULL,NULL,NULL,'C/20',0.00),(22,2,'Foreign',NULL,NULL,NULL,NULL,NULL,NULL,0.00);
INSERT INTO `tvmiddleware_customer` VALUES (23,1,'Clara','Broken','1990-01-01',NULL,'no mail address',NULL,NULL,0.00);
CREATE TABLE `tvmiddleware_customer_tariffs` (
  `id` int(11) NOT NULL,
  `customer_id` int(11) NOT NULL,
  `tariff_id` int(11) NOT NULL
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_customer_tariffs` VALUES (1,20,5),(2,20,6),(3,21,5);
CREATE TABLE `tvmiddleware_account` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `customer_id` int(11) NOT NULL,
  `abonement` varchar(20) NOT NULL,
  `password` varchar(128) NOT NULL,
  `active` tinyint(1) NOT NULL,
  `status_reason` varchar(20),
  `activation_date` date,
  `deactivation_date` date,
  `parent_code` varchar(16),
  `preferred_timeshift_offset` int(11)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_account` VALUES (30,1,20,'100200','b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86',1,'ACTIVE','2025-01-01','2027-01-01','1234',0),(31,1,21,'100201','',0,'HOLIDAY',NULL,NULL,'',120),(32,2,22,'100202','',1,'ACTIVE',NULL,NULL,'',0),(33,1,23,'100203','',1,'ACTIVE',NULL,NULL,'',0);
CREATE TABLE `tvmiddleware_playdevice` (
  `id` int(11) NOT NULL,
  `name` varchar(60),
  `system_name` varchar(60)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_playdevice` VALUES (1,'MAG','mag'),(2,'Toaster','toaster');
CREATE TABLE `tvmiddleware_clientplaydevice` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `play_device_id` int(11) NOT NULL
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_clientplaydevice` VALUES (1,1,1),(2,1,2);
CREATE TABLE `tvmiddleware_accountdevice` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `account_id` int(11) NOT NULL,
  `device_uid` varchar(100) NOT NULL,
  `client_play_device_id` int(11),
  `is_basic` tinyint(1)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_accountdevice` VALUES (40,1,30,'00:1A:79:00:00:01',1,1),(41,1,31,'toast-1',2,0);
CREATE TABLE `tvmiddleware_genre` (
  `id` int(11) NOT NULL,
  `name` varchar(100)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_genre` VALUES (1,'Drama');
CREATE TABLE `tvmiddleware_video` (
  `id` int(11) NOT NULL,
  `client_id` int(11) NOT NULL,
  `name` varchar(200),
  `description` longtext,
  `year` varchar(10),
  `duration` varchar(20),
  `is_season` tinyint(1)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_video` VALUES (50,1,'A film','He said: \'Hi\\there\'','2019','95 min',0);
CREATE TABLE `tvmiddleware_video_genres` (
  `id` int(11) NOT NULL,
  `video_id` int(11),
  `genre_id` int(11)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_video_genres` VALUES (1,50,1);
CREATE TABLE `tvmiddleware_videofile` (
  `id` int(11) NOT NULL,
  `video_id` int(11),
  `name` varchar(100),
  `filename` varchar(200),
  `duration` int(11)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_videofile` VALUES (60,50,'HD','films/a_film.mp4',5700);
CREATE TABLE `tvmiddleware_accountauthkey` (
  `id` int(11) NOT NULL,
  `authkey` varchar(64)
) ENGINE=InnoDB;
INSERT INTO `tvmiddleware_accountauthkey` VALUES (1,'secret'),(2,'secret2');
CREATE TABLE `custom_loyalty` (
  `id` int(11) NOT NULL,
  `points` int(11)
) ENGINE=InnoDB;
INSERT INTO `custom_loyalty` VALUES (1,5),(2,7),(3,9);
