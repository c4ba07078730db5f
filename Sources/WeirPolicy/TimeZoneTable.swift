/// The time zones of the IANA database, version 2025b, by their present rule.
///
/// The names are those of `zone.tab`, `zone1970.tab` and `UTC`; old aliases are left out, one zone has one name. A zone whose clock
/// does not follow its rule in the years to come (Morocco and Western Sahara with the moon, Palestine by decree) is left out too:
/// a policy that used it would be wrong on some days. A test compares every zone with the system's database.
extension TimeZoneRule {
  /// The rule of `Europe/Berlin`; `nil` for a name that is not in the table.
  ///
  /// Complexity: linear in the table.
  public static func named(_ name: String) -> TimeZoneRule? {
    for group in groups {
      for zone in group.zones.split(separator: " ") where zone == name {
        return TimeZoneRule(name: name, standardOffset: group.standardOffset, daylight: group.daylight)
      }
    }
    return nil
  }

  /// Every name in the table, in the order of the rules.
  public static var names: [String] { groups.flatMap { $0.zones.split(separator: " ").map(String.init) } }

  private struct Group: Sendable {
    var standardOffset: Int
    var daylight: Daylight?
    /// Separated by spaces.
    var zones: String

    init(_ standardOffset: Int, _ daylight: Daylight?, _ zones: String) {
      self.standardOffset = standardOffset
      self.daylight = daylight
      self.zones = zones
    }
  }

  private static let groups: [Group] = [
    Group(
      -39600, nil,
      """
      Pacific/Midway Pacific/Niue Pacific/Pago_Pago
      """),
    Group(
      -36000,
      Daylight(
        offset: -32400, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Adak
      """),
    Group(
      -36000, nil,
      """
      Pacific/Honolulu Pacific/Rarotonga Pacific/Tahiti
      """),
    Group(
      -34200, nil,
      """
      Pacific/Marquesas
      """),
    Group(
      -32400,
      Daylight(
        offset: -28800, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka America/Yakutat
      """),
    Group(
      -32400, nil,
      """
      Pacific/Gambier
      """),
    Group(
      -28800,
      Daylight(
        offset: -25200, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Los_Angeles America/Tijuana America/Vancouver
      """),
    Group(
      -28800, nil,
      """
      Pacific/Pitcairn
      """),
    Group(
      -25200,
      Daylight(
        offset: -21600, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Boise America/Cambridge_Bay America/Ciudad_Juarez America/Denver America/Edmonton America/Inuvik
      """),
    Group(
      -25200, nil,
      """
      America/Creston America/Dawson America/Dawson_Creek America/Fort_Nelson America/Hermosillo \
      America/Mazatlan America/Phoenix America/Whitehorse
      """),
    Group(
      -21600,
      Daylight(
        offset: -18000, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Chicago America/Indiana/Knox America/Indiana/Tell_City America/Matamoros America/Menominee \
      America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Ojinaga \
      America/Rankin_Inlet America/Resolute America/Winnipeg
      """),
    Group(
      -21600,
      Daylight(
        offset: -18000, begin: Transition(month: 9, week: 1, weekday: 6, seconds: 79200),
        end: Transition(month: 4, week: 1, weekday: 6, seconds: 79200)),
      """
      Pacific/Easter
      """),
    Group(
      -21600, nil,
      """
      America/Bahia_Banderas America/Belize America/Chihuahua America/Costa_Rica America/El_Salvador \
      America/Guatemala America/Managua America/Merida America/Mexico_City America/Monterrey America/Regina \
      America/Swift_Current America/Tegucigalpa Pacific/Galapagos
      """),
    Group(
      -18000,
      Daylight(
        offset: -14400, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 0),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 3600)),
      """
      America/Havana
      """),
    Group(
      -18000,
      Daylight(
        offset: -14400, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Detroit America/Grand_Turk America/Indiana/Indianapolis America/Indiana/Marengo \
      America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes America/Indiana/Winamac \
      America/Iqaluit America/Kentucky/Louisville America/Kentucky/Monticello America/Nassau America/New_York \
      America/Port-au-Prince America/Toronto
      """),
    Group(
      -18000, nil,
      """
      America/Atikokan America/Bogota America/Cancun America/Cayman America/Eirunepe America/Guayaquil \
      America/Jamaica America/Lima America/Panama America/Rio_Branco
      """),
    Group(
      -14400,
      Daylight(
        offset: -10800, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Glace_Bay America/Goose_Bay America/Halifax America/Moncton America/Thule Atlantic/Bermuda
      """),
    Group(
      -14400,
      Daylight(
        offset: -10800, begin: Transition(month: 9, week: 1, weekday: 6, seconds: 86400),
        end: Transition(month: 4, week: 1, weekday: 6, seconds: 86400)),
      """
      America/Santiago
      """),
    Group(
      -14400, nil,
      """
      America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon America/Boa_Vista \
      America/Campo_Grande America/Caracas America/Cuiaba America/Curacao America/Dominica America/Grenada \
      America/Guadeloupe America/Guyana America/Kralendijk America/La_Paz America/Lower_Princes America/Manaus \
      America/Marigot America/Martinique America/Montserrat America/Port_of_Spain America/Porto_Velho \
      America/Puerto_Rico America/Santo_Domingo America/St_Barthelemy America/St_Kitts America/St_Lucia \
      America/St_Thomas America/St_Vincent America/Tortola
      """),
    Group(
      -12600,
      Daylight(
        offset: -9000, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/St_Johns
      """),
    Group(
      -10800,
      Daylight(
        offset: -7200, begin: Transition(month: 3, week: 2, weekday: 0, seconds: 7200),
        end: Transition(month: 11, week: 1, weekday: 0, seconds: 7200)),
      """
      America/Miquelon
      """),
    Group(
      -10800, nil,
      """
      America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/Cordoba \
      America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza \
      America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan \
      America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Asuncion \
      America/Bahia America/Belem America/Cayenne America/Coyhaique America/Fortaleza America/Maceio \
      America/Montevideo America/Paramaribo America/Punta_Arenas America/Recife America/Santarem \
      America/Sao_Paulo Antarctica/Palmer Antarctica/Rothera Atlantic/Stanley
      """),
    Group(
      -7200,
      Daylight(
        offset: -3600, begin: Transition(month: 3, week: 5, weekday: 0, seconds: -3600),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 0)),
      """
      America/Nuuk America/Scoresbysund
      """),
    Group(
      -7200, nil,
      """
      America/Noronha Atlantic/South_Georgia
      """),
    Group(
      -3600,
      Daylight(
        offset: 0, begin: Transition(month: 3, week: 5, weekday: 0, seconds: 0),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 3600)),
      """
      Atlantic/Azores
      """),
    Group(
      -3600, nil,
      """
      Atlantic/Cape_Verde
      """),
    Group(
      0,
      Daylight(
        offset: 3600, begin: Transition(month: 3, week: 5, weekday: 0, seconds: 3600),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 7200)),
      """
      Atlantic/Canary Atlantic/Faroe Atlantic/Madeira Europe/Guernsey Europe/Isle_of_Man Europe/Jersey \
      Europe/Lisbon Europe/London
      """),
    Group(
      0,
      Daylight(
        offset: 7200, begin: Transition(month: 3, week: 5, weekday: 0, seconds: 3600),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 10800)),
      """
      Antarctica/Troll
      """),
    Group(
      0, nil,
      """
      Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar \
      Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Sao_Tome \
      America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena UTC
      """),
    Group(
      3600,
      Daylight(
        offset: 0, begin: Transition(month: 10, week: 5, weekday: 0, seconds: 7200),
        end: Transition(month: 3, week: 5, weekday: 0, seconds: 3600)),
      """
      Europe/Dublin
      """),
    Group(
      3600,
      Daylight(
        offset: 7200, begin: Transition(month: 3, week: 5, weekday: 0, seconds: 7200),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 10800)),
      """
      Africa/Ceuta Arctic/Longyearbyen Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin \
      Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar \
      Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris \
      Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje \
      Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb \
      Europe/Zurich
      """),
    Group(
      3600, nil,
      """
      Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos \
      Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo \
      Africa/Tunis
      """),
    Group(
      7200,
      Daylight(
        offset: 10800, begin: Transition(month: 3, week: 4, weekday: 4, seconds: 93600),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 7200)),
      """
      Asia/Jerusalem
      """),
    Group(
      7200,
      Daylight(
        offset: 10800, begin: Transition(month: 3, week: 5, weekday: 0, seconds: 0),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 0)),
      """
      Asia/Beirut
      """),
    Group(
      7200,
      Daylight(
        offset: 10800, begin: Transition(month: 3, week: 5, weekday: 0, seconds: 10800),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 14400)),
      """
      Asia/Famagusta Asia/Nicosia Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Kyiv Europe/Mariehamn \
      Europe/Riga Europe/Sofia Europe/Tallinn Europe/Vilnius
      """),
    Group(
      7200,
      Daylight(
        offset: 10800, begin: Transition(month: 3, week: 5, weekday: 0, seconds: 7200),
        end: Transition(month: 10, week: 5, weekday: 0, seconds: 10800)),
      """
      Europe/Chisinau
      """),
    Group(
      7200,
      Daylight(
        offset: 10800, begin: Transition(month: 4, week: 5, weekday: 5, seconds: 0),
        end: Transition(month: 10, week: 5, weekday: 4, seconds: 86400)),
      """
      Africa/Cairo
      """),
    Group(
      7200, nil,
      """
      Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Johannesburg Africa/Juba \
      Africa/Khartoum Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Maseru Africa/Mbabane \
      Africa/Tripoli Africa/Windhoek Europe/Kaliningrad
      """),
    Group(
      10800, nil,
      """
      Africa/Addis_Ababa Africa/Asmara Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu \
      Africa/Nairobi Antarctica/Syowa Asia/Aden Asia/Amman Asia/Baghdad Asia/Bahrain Asia/Damascus Asia/Kuwait \
      Asia/Qatar Asia/Riyadh Europe/Istanbul Europe/Kirov Europe/Minsk Europe/Moscow Europe/Simferopol \
      Europe/Volgograd Indian/Antananarivo Indian/Comoro Indian/Mayotte
      """),
    Group(
      12600, nil,
      """
      Asia/Tehran
      """),
    Group(
      14400, nil,
      """
      Asia/Baku Asia/Dubai Asia/Muscat Asia/Tbilisi Asia/Yerevan Europe/Astrakhan Europe/Samara Europe/Saratov \
      Europe/Ulyanovsk Indian/Mahe Indian/Mauritius Indian/Reunion
      """),
    Group(
      16200, nil,
      """
      Asia/Kabul
      """),
    Group(
      18000, nil,
      """
      Antarctica/Mawson Antarctica/Vostok Asia/Almaty Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Atyrau \
      Asia/Dushanbe Asia/Karachi Asia/Oral Asia/Qostanay Asia/Qyzylorda Asia/Samarkand Asia/Tashkent \
      Asia/Yekaterinburg Indian/Kerguelen Indian/Maldives
      """),
    Group(
      19800, nil,
      """
      Asia/Colombo Asia/Kolkata
      """),
    Group(
      20700, nil,
      """
      Asia/Kathmandu
      """),
    Group(
      21600, nil,
      """
      Asia/Bishkek Asia/Dhaka Asia/Omsk Asia/Thimphu Asia/Urumqi Indian/Chagos
      """),
    Group(
      23400, nil,
      """
      Asia/Yangon Indian/Cocos
      """),
    Group(
      25200, nil,
      """
      Antarctica/Davis Asia/Bangkok Asia/Barnaul Asia/Ho_Chi_Minh Asia/Hovd Asia/Jakarta Asia/Krasnoyarsk \
      Asia/Novokuznetsk Asia/Novosibirsk Asia/Phnom_Penh Asia/Pontianak Asia/Tomsk Asia/Vientiane \
      Indian/Christmas
      """),
    Group(
      28800, nil,
      """
      Antarctica/Casey Asia/Brunei Asia/Hong_Kong Asia/Irkutsk Asia/Kuala_Lumpur Asia/Kuching Asia/Macau \
      Asia/Makassar Asia/Manila Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Ulaanbaatar Australia/Perth
      """),
    Group(
      31500, nil,
      """
      Australia/Eucla
      """),
    Group(
      32400, nil,
      """
      Asia/Chita Asia/Dili Asia/Jayapura Asia/Khandyga Asia/Pyongyang Asia/Seoul Asia/Tokyo Asia/Yakutsk \
      Pacific/Palau
      """),
    Group(
      34200,
      Daylight(
        offset: 37800, begin: Transition(month: 10, week: 1, weekday: 0, seconds: 7200),
        end: Transition(month: 4, week: 1, weekday: 0, seconds: 10800)),
      """
      Australia/Adelaide Australia/Broken_Hill
      """),
    Group(
      34200, nil,
      """
      Australia/Darwin
      """),
    Group(
      36000,
      Daylight(
        offset: 39600, begin: Transition(month: 10, week: 1, weekday: 0, seconds: 7200),
        end: Transition(month: 4, week: 1, weekday: 0, seconds: 10800)),
      """
      Antarctica/Macquarie Australia/Hobart Australia/Melbourne Australia/Sydney
      """),
    Group(
      36000, nil,
      """
      Antarctica/DumontDUrville Asia/Ust-Nera Asia/Vladivostok Australia/Brisbane Australia/Lindeman \
      Pacific/Chuuk Pacific/Guam Pacific/Port_Moresby Pacific/Saipan
      """),
    Group(
      37800,
      Daylight(
        offset: 39600, begin: Transition(month: 10, week: 1, weekday: 0, seconds: 7200),
        end: Transition(month: 4, week: 1, weekday: 0, seconds: 7200)),
      """
      Australia/Lord_Howe
      """),
    Group(
      39600,
      Daylight(
        offset: 43200, begin: Transition(month: 10, week: 1, weekday: 0, seconds: 7200),
        end: Transition(month: 4, week: 1, weekday: 0, seconds: 10800)),
      """
      Pacific/Norfolk
      """),
    Group(
      39600, nil,
      """
      Asia/Magadan Asia/Sakhalin Asia/Srednekolymsk Pacific/Bougainville Pacific/Efate Pacific/Guadalcanal \
      Pacific/Kosrae Pacific/Noumea Pacific/Pohnpei
      """),
    Group(
      43200,
      Daylight(
        offset: 46800, begin: Transition(month: 9, week: 5, weekday: 0, seconds: 7200),
        end: Transition(month: 4, week: 1, weekday: 0, seconds: 10800)),
      """
      Antarctica/McMurdo Pacific/Auckland
      """),
    Group(
      43200, nil,
      """
      Asia/Anadyr Asia/Kamchatka Pacific/Fiji Pacific/Funafuti Pacific/Kwajalein Pacific/Majuro Pacific/Nauru \
      Pacific/Tarawa Pacific/Wake Pacific/Wallis
      """),
    Group(
      45900,
      Daylight(
        offset: 49500, begin: Transition(month: 9, week: 5, weekday: 0, seconds: 9900),
        end: Transition(month: 4, week: 1, weekday: 0, seconds: 13500)),
      """
      Pacific/Chatham
      """),
    Group(
      46800, nil,
      """
      Pacific/Apia Pacific/Fakaofo Pacific/Kanton Pacific/Tongatapu
      """),
    Group(
      50400, nil,
      """
      Pacific/Kiritimati
      """),
  ]
}
