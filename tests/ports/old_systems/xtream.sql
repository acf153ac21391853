-- MariaDB dump 10.19
CREATE TABLE `stream_categories` (
  `id` int(11) NOT NULL,
  `category_type` varchar(255) NOT NULL,
  `category_name` varchar(255) NOT NULL,
  `cat_order` int(11) NOT NULL
);
INSERT INTO `stream_categories` VALUES (1,'live','News',0),(2,'movie','Films',1);
CREATE TABLE `streams` (
  `id` int(11) NOT NULL,
  `type` int(11) NOT NULL,
  `category_id` int(11),
  `stream_display_name` mediumtext NOT NULL,
  `stream_source` mediumtext,
  `stream_icon` mediumtext NOT NULL,
  `channel_id` varchar(255),
  `order` int(11) NOT NULL,
  `number` int(11) NOT NULL,
  `tv_archive_duration` int(11) NOT NULL,
  `movie_propeties` mediumtext,
  `is_adult` tinyint(4) NOT NULL,
  `series_no` int(11)
);
INSERT INTO `streams` VALUES (1,1,1,'News HD','[\"http:\\/\\/s.example\\/1.ts\",\"http:\\/\\/b.example\\/1.ts\"]','http://i.example/1.png','news.example',1,0,7,NULL,0,0),(2,1,1,'News HD','[\"http:\\/\\/s.example\\/2.ts\"]','','',2,0,0,NULL,1,0),(3,2,2,'A film','[\"s:1:\\/films\\/a.mp4\"]','','',0,0,0,'{\"plot\":\"Somebody says \\\"hi\\\".\",\"duration_secs\":5400,\"releasedate\":\"2018-05-01\",\"movie_image\":\"http:\\/\\/i.example\\/3.jpg\"}',0,0),(4,4,1,'Radio','[]','','',0,0,0,NULL,0,0),(5,9,1,'Strange','[]','','',0,0,0,NULL,0,0);
CREATE TABLE `bouquets` (
  `id` int(11) NOT NULL,
  `bouquet_name` mediumtext NOT NULL,
  `bouquet_channels` mediumtext NOT NULL,
  `bouquet_series` mediumtext NOT NULL
);
INSERT INTO `bouquets` VALUES (1,'Everything','[\"1\",\"2\",\"3\"]','[]'),(2,'News','[1]','[]');
CREATE TABLE `users` (
  `id` int(11) NOT NULL,
  `member_id` int(11),
  `username` varchar(255) NOT NULL,
  `password` varchar(255) NOT NULL,
  `exp_date` int(11),
  `admin_enabled` int(11) NOT NULL,
  `enabled` int(11) NOT NULL,
  `bouquet` mediumtext NOT NULL,
  `max_connections` int(11) NOT NULL,
  `is_trial` tinyint(4) NOT NULL,
  `created_at` int(11) NOT NULL,
  `forced_country` varchar(3) NOT NULL
);
INSERT INTO `users` VALUES (1,1,'900100','hunter2',1830297600,1,1,'[1,2]',1,0,1700000000,''),(2,1,'gina','Qs8',NULL,1,0,'[2]',3,1,1700000001,'IT');
CREATE TABLE `mag_devices` (
  `mag_id` int(11) NOT NULL,
  `user_id` int(11) NOT NULL,
  `mac` varchar(30) NOT NULL,
  `stb_type` varchar(30),
  `sn` varchar(30)
);
INSERT INTO `mag_devices` VALUES (1,1,'MDA6MUE6Nzk6MDA6MDA6MDk=','MAG250','S1');
CREATE TABLE `user_activity` (
  `activity_id` int(11) NOT NULL,
  `user_id` int(11) NOT NULL
);
INSERT INTO `user_activity` VALUES (1,1),(2,1);
CREATE TABLE `reg_users` (
  `id` int(11) NOT NULL,
  `username` varchar(50),
  `credits` float NOT NULL DEFAULT 0
) ENGINE=InnoDB;
INSERT INTO `reg_users` VALUES (1,'admin',0),(2,'shop',120);
