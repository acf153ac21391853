-- phpMyAdmin SQL Dump
SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
CREATE TABLE IF NOT EXISTS `tv_genre` (
  `id` int(11) NOT NULL,
  `title` varchar(128) NOT NULL,
  `number` int(11) NOT NULL
) ENGINE=MyISAM;
INSERT INTO `tv_genre` (`id`, `title`, `number`) VALUES
(1, 'information', 1),
(4, 'cinema', 2);
CREATE TABLE IF NOT EXISTS `itv` (
  `id` int(11) NOT NULL,
  `name` varchar(128) NOT NULL,
  `number` int(11) NOT NULL,
  `censored` tinyint(4),
  `cmd` varchar(255) NOT NULL,
  `status` tinyint(4) NOT NULL,
  `tv_genre_id` int(11) NOT NULL,
  `xmltv_id` varchar(128) NOT NULL,
  `enable_tv_archive` tinyint(4),
  `tv_archive_duration` int(11),
  `wowza_tmp_link` tinyint(4)
) ENGINE=MyISAM;
INSERT INTO `itv` (`id`, `name`, `number`, `censored`, `cmd`, `status`, `tv_genre_id`, `xmltv_id`, `enable_tv_archive`, `tv_archive_duration`, `wowza_tmp_link`) VALUES
(1, 'First', 1, 0, 'ffmpeg http://s.example/ch1', 1, 1, 'first.example', 1, 36, 0),
(2, 'Film ''n'' night', 2, 1, 'udp://239.1.1.2:5000', 1, 4, '', 0, 168, 1),
(3, 'Off', 3, 0, '', 0, 0, '', 0, 0, 0);
CREATE TABLE `ch_links` (
  `id` int(11) NOT NULL,
  `ch_id` int(11) NOT NULL,
  `url` varchar(255) NOT NULL
) ENGINE=MyISAM;
INSERT INTO `ch_links` (`id`, `ch_id`, `url`) VALUES
(1, 3, 'ffrt http://s.example/ch3');
CREATE TABLE `tariff_plan` (
  `id` int(11) NOT NULL,
  `external_id` varchar(64) NOT NULL,
  `name` varchar(64) NOT NULL,
  `user_default` tinyint(4)
) ENGINE=MyISAM;
INSERT INTO `tariff_plan` (`id`, `external_id`, `name`, `user_default`) VALUES
(1, '', 'Standard', 1);
CREATE TABLE `services_package` (
  `id` int(11) NOT NULL,
  `external_id` varchar(64) NOT NULL,
  `name` varchar(64) NOT NULL,
  `description` text,
  `type` varchar(16),
  `all_services` tinyint(4),
  `price` varchar(16)
) ENGINE=MyISAM;
INSERT INTO `services_package` (`id`, `external_id`, `name`, `description`, `type`, `all_services`, `price`) VALUES
(1, '', 'Basic channels', NULL, 'tv', 0, '10.00'),
(2, 'CIN', 'Cinema', NULL, 'tv', 0, '4.50');
CREATE TABLE `service_in_package` (
  `id` int(11) NOT NULL,
  `service_id` varchar(64),
  `package_id` int(11),
  `type` varchar(16)
) ENGINE=MyISAM;
INSERT INTO `service_in_package` (`id`, `service_id`, `package_id`, `type`) VALUES
(1, '1', 1, 'tv'),
(2, '3', 1, 'tv'),
(3, '2', 2, 'tv');
CREATE TABLE `package_in_plan` (
  `id` int(11) NOT NULL,
  `package_id` int(11),
  `plan_id` int(11),
  `optional` tinyint(4)
) ENGINE=MyISAM;
INSERT INTO `package_in_plan` (`id`, `package_id`, `plan_id`, `optional`) VALUES
(1, 1, 1, 0),
(2, 2, 1, 1);
CREATE TABLE `users` (
  `id` int(11) NOT NULL,
  `login` varchar(255),
  `password` varchar(255),
  `fname` varchar(64),
  `phone` varchar(64),
  `ls` int(11),
  `mac` varchar(64),
  `stb_type` varchar(64),
  `status` tinyint(4),
  `parent_password` varchar(64),
  `tariff_plan_id` int(11),
  `expire_billing_date` timestamp NULL,
  `created` timestamp NULL,
  `volume` varchar(64),
  `reseller_id` int(11),
  `account_balance` varchar(64)
) ENGINE=MyISAM;
INSERT INTO `users` (`id`, `login`, `password`, `fname`, `phone`, `ls`, `mac`, `stb_type`, `status`, `parent_password`, `tariff_plan_id`, `expire_billing_date`, `created`, `volume`, `reseller_id`, `account_balance`) VALUES
(7, '5007', 'a88457e31fbe7c0e1a2f5b50ab46b239', 'Dora', '+390000007', 70007, '00:1A:79:00:00:07', 'MAG254', 0, '4321', 1, '2027-05-01 00:00:00', '2024-03-01 10:00:00', '100', 3, '-5,50'),
(8, 'eva', 'plain-word', '', '', 0, '', '', 1, '0000', 0, '0000-00-00 00:00:00', NULL, '100', 0, 'none');
CREATE TABLE `user_package_subscription` (
  `id` int(11) NOT NULL,
  `user_id` int(11),
  `package_id` int(11)
) ENGINE=MyISAM;
INSERT INTO `user_package_subscription` (`id`, `user_id`, `package_id`) VALUES
(1, 7, 2);
CREATE TABLE `cat_genre` (
  `id` int(11) NOT NULL,
  `title` varchar(128),
  `category_alias` varchar(255)
) ENGINE=MyISAM;
INSERT INTO `cat_genre` (`id`, `title`, `category_alias`) VALUES
(7, 'drama', 'our_film'),
(22, 'drama', 'world_film');
CREATE TABLE `video` (
  `id` int(11) NOT NULL,
  `name` varchar(255),
  `o_name` varchar(255),
  `description` text,
  `time` varchar(64),
  `year` varchar(128),
  `path` varchar(255),
  `rtsp_url` varchar(255),
  `accessed` tinyint(4),
  `cat_genre_id_1` int(11),
  `cat_genre_id_2` int(11)
) ENGINE=MyISAM;
INSERT INTO `video` (`id`, `name`, `o_name`, `description`, `time`, `year`, `path`, `rtsp_url`, `accessed`, `cat_genre_id_1`, `cat_genre_id_2`) VALUES
(9, 'The house', 'Dom', 'A house;
and its (people)', '101', '2011', 'The_house', '', 1, 22, 7);
CREATE TABLE `user_log` (
  `id` int(11) NOT NULL,
  `mac` varchar(128)
) ENGINE=MyISAM;
INSERT INTO `user_log` (`id`, `mac`) VALUES
(1, '00:1A:79:00:00:07'),
(2, '00:1A:79:00:00:07');
