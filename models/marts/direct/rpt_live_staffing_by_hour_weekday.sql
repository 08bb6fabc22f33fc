-- How many people a live channel needs in each hour of the week so that the target share is answered in time: Erlang C over the
-- latest thirteen complete weeks. Only for channels on which the customer stays and waits; a queue of mails is no such thing.
with tickets as (
    select * from {{ ref('fct_tickets') }}
),

handle_times as (
    select * from {{ ref('fct_handle_times') }}
    where ticket_key is not null
),

shift_hours as (
    select * from {{ ref('int_shift_hours') }}
),

live_channels as (
    select * from {{ ref('live_channels') }}
),

horizons as (
    select
        {{ reporting_midnight(add_days(week_of('first_incomplete_date'), -91)) }} as begins_at,
        {{ reporting_midnight(week_of('first_incomplete_date')) }} as ends_at
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

live_contacts as (
    select
        tickets.ticket_key,
        tickets.channel,
        {{ utc_to_local('tickets.created_at', "'" ~ var('reporting_time_zone') ~ "'") }} as created_local
    from tickets
    inner join live_channels on tickets.channel = live_channels.channel
    cross join horizons
    where tickets.created_at >= horizons.begins_at and tickets.created_at < horizons.ends_at
),

worked as (
    select
        ticket_key,
        sum(handle_calendar_seconds) as handle_seconds
    from handle_times
    group by ticket_key
),

-- One length for the whole channel: an hour alone has too few contacts to tell its own.
lengths as (
    select
        live_contacts.channel,
        count(worked.ticket_key) as channel_handled_contact_count,
        sum(worked.handle_seconds) as total_handle_seconds,
        avg(worked.handle_seconds) as handle_seconds_mean
    from live_contacts
    left outer join worked on live_contacts.ticket_key = worked.ticket_key
    group by live_contacts.channel
),

arrived as (
    select
        channel,
        {{ iso_weekday('created_local') }} as reporting_local_weekday,
        cast(extract(hour from created_local) as integer) as reporting_local_hour,
        count(*) as contact_count
    from live_contacts
    group by channel, {{ iso_weekday('created_local') }}, cast(extract(hour from created_local) as integer)
),

staffed as (
    select
        {{ iso_weekday('hour_local') }} as reporting_local_weekday,
        cast(extract(hour from hour_local) as integer) as reporting_local_hour,
        sum(on_shift_seconds) as on_shift_seconds
    from (
        select
            shift_hours.on_shift_seconds,
            {{ utc_to_local(
                add_seconds("cast('1970-01-01' as timestamp)", 'shift_hours.hour_epoch'),
                "'" ~ var('reporting_time_zone') ~ "'"
            ) }} as hour_local
        from shift_hours
        cross join horizons
        where
            shift_hours.hour_epoch >= {{ epoch_seconds('horizons.begins_at') }}
            and shift_hours.hour_epoch < {{ epoch_seconds('horizons.ends_at') }}
    ) as hours
    group by {{ iso_weekday('hour_local') }}, cast(extract(hour from hour_local) as integer)
),

-- Who chats with several customers at a time answers one of them as slowly as often: places, not people, wait for work.
loaded as (
    select
        arrived.channel,
        arrived.reporting_local_weekday,
        arrived.reporting_local_hour,
        arrived.contact_count,
        lengths.channel_handled_contact_count,
        lengths.total_handle_seconds,
        lengths.handle_seconds_mean,
        live_channels.contacts_at_a_time,
        live_channels.target_seconds,
        live_channels.target_ratio,
        arrived.contact_count / 13e0 * lengths.handle_seconds_mean / 3600e0 as offered_erlangs
    from arrived
    inner join lengths on arrived.channel = lengths.channel
    inner join live_channels on arrived.channel = live_channels.channel
),

erlang as (
    {{ erlang_c(
        'loaded', ['channel', 'reporting_local_weekday', 'reporting_local_hour'], 'offered_erlangs',
        'handle_seconds_mean', 'target_seconds'
    ) }}
),

enough as (
    select
        loaded.channel,
        loaded.reporting_local_weekday,
        loaded.reporting_local_hour,
        min(erlang.agent_count) as place_count
    from loaded
    inner join erlang
        on
            loaded.channel = erlang.channel
            and loaded.reporting_local_weekday = erlang.reporting_local_weekday
            and loaded.reporting_local_hour = erlang.reporting_local_hour
            and loaded.target_ratio <= erlang.in_time_ratio
    group by loaded.channel, loaded.reporting_local_weekday, loaded.reporting_local_hour
)

select
    loaded.channel,
    case
        when loaded.offered_erlangs is null then 'no handle times of the channel'
        when enough.place_count is null then 'more than 500 agents'
    end as missing_reason,
    cast(loaded.reporting_local_weekday as integer) as reporting_local_weekday,
    loaded.reporting_local_hour,
    cast(13 as bigint) as hour_count,
    cast(loaded.contact_count as bigint) as contact_count,
    {{ ratio('loaded.contact_count', '13') }} as contacts_per_hour,
    cast(loaded.channel_handled_contact_count as bigint) as channel_handled_contact_count,
    cast(loaded.total_handle_seconds as double) as channel_handle_calendar_seconds,
    loaded.handle_seconds_mean as channel_handle_calendar_seconds_mean,
    loaded.offered_erlangs,
    cast(loaded.target_seconds as bigint) as target_calendar_seconds,
    loaded.target_ratio,
    cast(ceil(enough.place_count * 1e0 / loaded.contacts_at_a_time) as bigint) as required_agent_count,
    erlang.wait_ratio as required_wait_ratio,
    erlang.in_time_ratio as required_in_time_ratio,
    erlang.occupancy_ratio as required_occupancy_ratio,
    cast(coalesce(staffed.on_shift_seconds, 0) as bigint) as on_shift_calendar_seconds,
    coalesce(staffed.on_shift_seconds, 0) / (13 * 3600e0) as agents_on_shift_count_mean,
    ceil(enough.place_count * 1e0 / loaded.contacts_at_a_time) > coalesce(staffed.on_shift_seconds, 0) / (13 * 3600e0)
        as is_short
from loaded
left outer join enough
    on
        loaded.channel = enough.channel
        and loaded.reporting_local_weekday = enough.reporting_local_weekday
        and loaded.reporting_local_hour = enough.reporting_local_hour
left outer join erlang
    on
        enough.channel = erlang.channel
        and enough.reporting_local_weekday = erlang.reporting_local_weekday
        and enough.reporting_local_hour = erlang.reporting_local_hour
        and enough.place_count = erlang.agent_count
left outer join staffed
    on
        loaded.reporting_local_weekday = staffed.reporting_local_weekday
        and loaded.reporting_local_hour = staffed.reporting_local_hour
