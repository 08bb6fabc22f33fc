-- A review as it reads now. Other stores than the contract's two are left unnamed, and what a store took down is dropped.
select
    review_id,
    ext_id as app_id,
    case store
        when 'as' then 'app_store'
        when 'gp' then 'google_play'
    end as store,
    upper(country) as market,
    lower(split_part(replace(language, '_', '-'), '-', 1)) as language,
    app_version,
    rating,
    was_changed as is_edited,
    columns('^(title|body|reply_body)(_sentiment|_character_count)?$|^(title|reply_body)_themes$'),
    -- Where somebody tagged the review, the tags are its themes; the seed theme_labels knows what they mean.
    coalesce(regexp_replace(lower(nullif(trim(tags), '')), '[^[:alnum:]|]+', '_', 'g'), body_themes) as body_themes,
    date || ' ' || coalesce(time, '00:00:00') as reviewed_at,
    -- A reply is dated by a day and a time of its own, or by both in one.
    case
        when length(answer_date) = 10 then answer_date || ' ' || coalesce(answer_time, '00:00:00')
        else answer_date
    end as replied_at,
    case when lower(is_deleted) in ('1', 'true') then 'the store shows the review no more' end as _drop_reason,
    _row_id,
    _seen_at
from reviews
